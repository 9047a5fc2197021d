using System.Text;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

/// <summary>A task embedding in a file of its own.</summary>
public sealed class TaskEmbeddingFileTests : IDisposable
{
    private static readonly SoftPrompt Prompt = new(2, 3, [1, -2, float.Epsilon, 4, 5.5f, -0f], TestPaths.Fingerprint), Start = new(2, 3, [0, 1, 2, 3, 4, 5], TestPaths.Fingerprint);

    private readonly TempFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "key.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_embedding_comes_back_bit_for_bit(bool hasStart)
    {
        TaskEmbeddingFile.Write(File, new TaskEmbedding("cafés", Prompt, 50) { Start = hasStart ? Start : null });
        TaskEmbedding read = TaskEmbeddingFile.Read(File);
        Assert.Equal(("cafés", 50, TestPaths.Fingerprint), (read.Task, read.Step, read.Prompt.BackboneFingerprint));
        Assert.Equal(Prompt.Values.ToArray(), read.Prompt.Values.ToArray());
        Assert.Equal(hasStart ? Start.Values.ToArray() : null, read.Start?.Values.ToArray());
    }

    [Fact]
    public void Other_files_are_refused_with_what_they_hold()
    {
        PromptFile.WriteSafetensors(File, Prompt);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File));
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        Assert.Contains("'prompt' and no task embedding", error.Message, StringComparison.Ordinal);

        Dictionary<string, string> metadata = new() { ["task"] = "a", ["step"] = "50", ["backbone"] = TestPaths.Fingerprint };
        Write(metadata, [SafetensorsEntry.FromFloats("embedding", [6], new float[6])]);
        Assert.Contains("F32 [6], expected F32 [rows, width]", Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File)).Message, StringComparison.Ordinal);
        Write(metadata, [SafetensorsEntry.FromFloats("embedding", [2, 3], new float[6]), SafetensorsEntry.FromFloats("start", [3, 2], new float[6])]);
        Assert.Contains("the start is 3 x 2, expected 2 x 3", Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File)).Message, StringComparison.Ordinal);
        Write(metadata, [SafetensorsEntry.FromFloats("embedding", [1, 2], [1, float.NaN])]);
        Assert.Contains("must be finite", Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File)).Message, StringComparison.Ordinal);
        metadata["step"] = "-1";
        Write(metadata, [SafetensorsEntry.FromFloats("embedding", [1, 2], new float[2])]);
        Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File));
        System.IO.File.WriteAllText(File, "{}", Encoding.UTF8);
        Assert.Throws<InvalidDataException>(() => TaskEmbeddingFile.Read(File));
        Assert.Throws<FileNotFoundException>(() => TaskEmbeddingFile.Read(Path.Combine(_folder.Path, "nothing")));

        void Write(Dictionary<string, string> texts, SafetensorsEntry[] tensors)
        {
            using FileStream stream = System.IO.File.Create(File);
            SafetensorsWriter.Write(stream, tensors, texts);
        }
    }
}
