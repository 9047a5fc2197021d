using Spot.Serialization;

namespace Spot.Tests.Serialization;

/// <summary>What a caller of <see cref="PromptFile"/> may do wrong, and what they are told.</summary>
public sealed class PromptFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_of_another_width_is_told_with_both_widths()
    {
        string path = At("prompt.npy");
        PromptFile.WriteNpy(path, new SoftPrompt(2, 3, [1, 2, 3, 4, 5, 6], "b"));
        string message = Assert.Throws<SpotException>(() => PromptFile.Read(path, TestPaths.Fingerprint, 768)).Message;
        Assert.Contains($"'{path}' holds a prompt of 2 rows of width 3, expected width 768", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Assert.Throws<ArgumentException>(() => PromptFile.Read(" ", TestPaths.Fingerprint, 3));
        Assert.Throws<ArgumentException>(() => PromptFile.Read("x", "", 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PromptFile.Read("x", TestPaths.Fingerprint, 0));
        Assert.Throws<ArgumentNullException>(() => PromptFile.WriteNpy("x", null!));
    }

    [Theory]
    [InlineData("google/t5-base-lm-adapt")]
    [InlineData("deadbeef")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    [InlineData(" 123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void What_is_no_fingerprint_is_refused_before_the_file_is_opened(string backboneFingerprint)
    {
        string message = Assert.Throws<ArgumentException>(nameof(backboneFingerprint), () => PromptFile.Read(At("nowhere.npy"), backboneFingerprint, 3)).Message;
        Assert.StartsWith($"The backbone is '{backboneFingerprint}', expected the fingerprint of the model", message, StringComparison.Ordinal);
        Assert.Contains("64 hex digits, T5Backbone.Fingerprint", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(nameof(backboneFingerprint), () => PromptFile.ReadAll(At("nowhere.npy"), backboneFingerprint, 3));
    }

    [Fact]
    public void A_fingerprint_in_capitals_is_the_same()
    {
        PromptFile.WriteNpy(At("prompt.npy"), new SoftPrompt(1, 2, [1, 2], TestPaths.Fingerprint));
        Assert.Equal(TestPaths.Fingerprint, PromptFile.Read(At("prompt.npy"), TestPaths.Fingerprint.ToUpperInvariant(), 2).BackboneFingerprint);
    }

    [Fact]
    public void Nothing_there()
    {
        Assert.Contains(At("x"), Assert.Throws<FileNotFoundException>(() => PromptFile.Read(At("x"), TestPaths.Fingerprint, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", Assert.Throws<FileNotFoundException>(() => PromptFile.Read(_folder.Path, TestPaths.Fingerprint, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => PromptFile.WriteNpy(At("no/such/prompt.npy"), new SoftPrompt(1, 1, [1], "b")));
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("hello, this is no prompt", "none of the formats")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer")]
    public void Other_files_are_named_for_what_they_are(string content, string expected)
    {
        File.WriteAllText(At("prompt"), content);
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => PromptFile.Read(At("prompt"), TestPaths.Fingerprint, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_of_a_model_is_no_prompt() => Assert.Contains(
        "T5Backbone.Load", Assert.Throws<InvalidDataException>(() => PromptFile.Read(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), TestPaths.Fingerprint, 256)).Message, StringComparison.Ordinal);

    [Fact]
    public void Weights_of_peft_are_read_with_their_configuration_or_not_at_all()
    {
        PromptFile.WritePeft(_folder.Path, new SoftPrompt(1, 2, [1, 2], "b"), new PeftExportOptions { BaseModel = "org/model" });
        Assert.Equal([1, 2], PromptFile.Read(At("adapter_model.safetensors"), TestPaths.Fingerprint, 2).Values.ToArray());
        Assert.Equal([1, 2], PromptFile.Read(At("adapter_config.json"), TestPaths.Fingerprint, 2).Values.ToArray());
        File.Delete(At("adapter_config.json"));
        Assert.Throws<FileNotFoundException>(() => PromptFile.Read(At("adapter_model.safetensors"), TestPaths.Fingerprint, 2));
    }

    [Fact]
    public void Values_that_are_no_numbers_are_refused()
    {
        using (FileStream stream = File.Create(At("nan.safetensors")))
        {
            SafetensorsWriter.Write(stream, [SafetensorsEntry.FromFloats("prompt", [1, 2], [1, float.NaN])]);
        }

        Assert.Contains("column 1", Assert.Throws<InvalidDataException>(() => PromptFile.Read(At("nan.safetensors"), TestPaths.Fingerprint, 2)).Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
