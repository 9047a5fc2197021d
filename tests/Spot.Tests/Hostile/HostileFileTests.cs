using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Tokenization;
using Spot.Tokenization;

namespace Spot.Tests.Hostile;

/// <summary>
/// Files that try to run code, to read what they should not, to hang, to fill memory or to mislead: each is refused with a documented exception
/// or read with the right values, as the manifest of the set says.
/// </summary>
[Collection(Alone.Name)]
public partial class HostileFileTests(HostileFiles files) : IClassFixture<HostileFiles>
{
    private const long MostExtraBytes = 64 << 20;
    private const int Width = 16;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    [Fact]
    public void Torch_files() => Check("torch", ReadPrompt);

    [Fact]
    public void Safetensors_files() => Check("safetensors", ReadPrompt);

    [Fact]
    public void Numpy_files() => Check("npy", ReadPrompt);

    [Fact]
    public void Adapter_folders() => Check("adapter_config", ReadPrompt);

    [Fact]
    public void Shard_indexes() => Check("shard_index", (path, _) =>
    {
        using CheckpointFiles checkpoint = CheckpointFiles.Open(path);
        Assert.Equal(["a", "b"], checkpoint.Tensors.Keys.Where(name => name is "a" or "b").Order());
        foreach (string name in new[] { "a", "b" })
        {
            StoredTensor tensor = checkpoint.Tensors[name];
            byte[] bytes = new byte[tensor.ByteCount];
            tensor.Read(bytes, 0);
            float[] values = new float[bytes.Length / sizeof(float)];
            Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
            Assert.Equal(files.Expected[$"index.{name}"], values);
        }
    });

    [Fact]
    public void Model_configurations() => Check("model_config", (path, _) => Assert.InRange(T5Config.Load(path).Dim, 1, 1 << 24));

    [Fact]
    public void Vocabularies()
    {
        string text = Entries("sentencepiece").Select(entry => entry.TryGetProperty("text", out JsonElement value) ? value.GetString() : null).First(value => value is not null)!;
        Check("sentencepiece", (path, entry) =>
        {
            int[] ids = [.. T5Tokenizer.Load(path).EncodeToIds(text)];
            int[] reference = [.. Ids().Match(entry.GetProperty("reference").ToString()).Groups[1].Value.Split(", ").Select(int.Parse)];
            Assert.Equal(reference, ids);
        });
    }

    private void ReadPrompt(string path, JsonElement entry)
    {
        // A file must be refused whether or not the caller names the tensor; if it is read, both ways give the same.
        string key = (entry.TryGetProperty("key", out JsonElement own) ? own : files.Manifest.GetProperty("key")).GetString()!;
        Exception? unnamed = Record.Exception(() => Same(PromptFile.Read(path, TestPaths.Fingerprint, Width)));
        if (entry.GetProperty("kind").GetString() is "torch" or "safetensors")
        {
            Same(PromptFile.Read(path, TestPaths.Fingerprint, Width, new PromptFileOptions { Tensor = key }));
        }

        if (unnamed is not null)
        {
            throw unnamed;
        }
    }

    private void Same(SoftPrompt prompt) => Assert.Equal(files.Expected["prompt"], prompt.Values.ToArray());

    private IEnumerable<JsonElement> Entries(string kind) =>
        files.Manifest.GetProperty("entries").EnumerateArray().Where(entry => entry.GetProperty("kind").GetString() == kind);

    private void Check(string kind, Action<string, JsonElement> read)
    {
        List<string> wrong = [];
        int count = 0;
        foreach (JsonElement entry in Entries(kind))
        {
            string path = Path.Combine(files.Root, entry.GetProperty("path").GetString()!), must = entry.GetProperty("must").GetString()!;
            long size = File.Exists(path) ? new FileInfo(path).Length : Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length);
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            Exception? error = Record.Exception(() => read(path, entry));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            bool documented = error is InvalidDataException or SpotException or IOException or UnauthorizedAccessException;
            if ((error is null ? must == "refuse" : must == "load" || !documented) || error?.Message.Any(c => char.IsControl(c) || c is '\u202e') == true
                || allocated > MostExtraBytes + (8 * size) || Stopwatch.GetElapsedTime(start) > Hang)
            {
                wrong.Add($"{entry.GetProperty("path")} ({entry.GetProperty("note")}) must {must}: {error?.GetType().Name} {error?.Message}, {allocated} bytes");
            }

            count++;
        }

        Assert.True(count > 0 && wrong.Count == 0, $"{wrong.Count} of {count}\n{string.Join('\n', wrong)}");
        Assert.Empty(Directory.EnumerateFileSystemEntries(files.Working));
        Assert.DoesNotContain(Directory.EnumerateFiles(files.Root, "*", SearchOption.AllDirectories), file => Path.GetFileName(file) == "SPOT_PWNED");
    }

    [GeneratedRegex(@"encode \[([0-9, ]*)\]")]
    private static partial Regex Ids();
}
