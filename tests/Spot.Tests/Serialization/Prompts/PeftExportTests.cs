using System.Text.Json;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

/// <summary>Exported folders and files against those that peft and numpy wrote.</summary>
public sealed class PeftExportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_prompt_tuning_folder_is_exported_with_the_keys_shapes_and_fields_of_peft()
    {
        int count = 0, equal = 0;
        foreach (string root in GoldenData.Folders("formats"))
        {
            JsonElement fields = GoldenData.Json(Path.Combine(root, "peft", "config_fields.json"));
            foreach (JsonElement entry in PromptFormatTests.Entries(root).Where(entry => entry.GetProperty("format").GetString() == "peft" && entry.GetProperty("ok").GetBoolean()))
            {
                string original = Path.Combine(root, entry.GetProperty("path").GetString()!);
                SoftPrompt prompt = PromptFile.Read(original, TestPaths.Fingerprint, 16);
                JsonElement written = fields.GetProperty("written_for_PROMPT_TUNING_SEQ_2_SEQ_LM");
                PromptFile.WritePeft(_folder.Path, prompt, new PeftExportOptions
                {
                    BaseModel = written.GetProperty("base_model_name_or_path").GetString()!,
                    Layers = written.GetProperty("num_layers").GetInt32(),
                    Heads = written.GetProperty("num_attention_heads").GetInt32(),
                });

                JsonElement config = GoldenData.Json(Path.Combine(_folder.Path, "adapter_config.json"));
                Assert.Equal(written.EnumerateObject().Select(field => field.Name), config.EnumerateObject().Select(field => field.Name));
                foreach (JsonProperty field in written.EnumerateObject().Where(field => field.Name is not ("num_transformer_submodules" or "num_virtual_tokens")))
                {
                    Assert.Equal(field.Value.GetRawText(), config.GetProperty(field.Name).GetRawText());
                }

                Assert.Equal((1, prompt.Length), (config.GetProperty("num_transformer_submodules").GetInt32(), config.GetProperty("num_virtual_tokens").GetInt32()));
                SoftPrompt again = PromptFile.Read(_folder.Path, TestPaths.Fingerprint, 16);
                PromptFormatTests.Same(prompt.Values.ToArray(), again, 16);
                string weights = Path.Combine(original, "adapter_model.safetensors");
                equal += File.Exists(weights) && File.ReadAllBytes(weights).SequenceEqual(File.ReadAllBytes(Path.Combine(_folder.Path, "adapter_model.safetensors"))) ? 1 : 0;
                count++;
            }
        }

        // Where peft itself wrote float32 rows without a second half, its file and ours are the same bytes.
        Assert.True(count > equal && equal > 0, $"{equal} of {count}");
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void The_model_is_named_and_its_numbers_may_be_left_open()
    {
        PromptFile.WritePeft(Path.Combine(_folder.Path, "new", "folder"), Sample(), new PeftExportOptions { BaseModel = "org/model" });
        JsonElement config = GoldenData.Json(Path.Combine(_folder.Path, "new", "folder", "adapter_config.json"));
        Assert.Equal(17, config.EnumerateObject().Count());
        Assert.Equal("org/model", config.GetProperty("base_model_name_or_path").GetString());
        foreach (string field in new[] { "num_layers", "num_attention_heads" })
        {
            Assert.Equal(JsonValueKind.Null, config.GetProperty(field).ValueKind);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => PromptFile.WritePeft(_folder.Path, Sample(), new PeftExportOptions { BaseModel = "m", Layers = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => PromptFile.WritePeft(_folder.Path, Sample(), new PeftExportOptions { BaseModel = "m", Heads = -1 }));
        Assert.Throws<ArgumentNullException>("options", () => PromptFile.WritePeft(_folder.Path, Sample(), null!));
        string none = Path.Combine(_folder.Path, "none");
        ArgumentException error = Assert.Throws<ArgumentException>("options", () => PromptFile.WritePeft(none, Sample(), new PeftExportOptions { BaseModel = " " }));
        Assert.Contains("PeftExportOptions.BaseModel is empty", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(none));
    }

    [Fact]
    public void Numpy_files_have_the_bytes_that_numpy_writes()
    {
        int equal = 0;
        foreach (string root in GoldenData.Folders("formats"))
        {
            foreach (JsonElement entry in PromptFormatTests.Entries(root).Where(entry => entry.GetProperty("format").GetString() == "npy" && entry.GetProperty("ok").GetBoolean()))
            {
                string original = Path.Combine(root, entry.GetProperty("path").GetString()!), path = Path.Combine(_folder.Path, "prompt");
                JsonElement shape = entry.GetProperty("expect").GetProperty("shape");
                SoftPrompt prompt = PromptFile.Read(original, TestPaths.Fingerprint, shape[1].GetInt32());
                PromptFile.WriteNpy(path, prompt);
                PromptFormatTests.Same(prompt.Values.ToArray(), PromptFile.Read(path, TestPaths.Fingerprint, prompt.Dim), prompt.Dim);
                equal += File.ReadAllBytes(original).SequenceEqual(File.ReadAllBytes(path)) ? 1 : 0;
            }
        }

        Assert.NotEqual(0, equal);
    }

    [Fact]
    public void Safetensors_keep_the_backbone()
    {
        string path = Path.Combine(_folder.Path, "prompt.safetensors"), own = new('a', 64);
        PromptFile.WriteSafetensors(path, new SoftPrompt(2, 3, [1, -0f, 1e-42f, 4, 5, 6], own));
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            Assert.Equal(["prompt"], file.Tensors.Keys);
            Assert.Equal([2, 3], file.Tensors["prompt"].Shape);
        }

        SoftPrompt prompt = PromptFile.Read(path, own, 3);
        Assert.Equal([1, -0f, 1e-42f, 4, 5, 6], prompt.Values.ToArray());
        Assert.Contains("belongs to the backbone aaaaaaaaaaaa", Assert.Throws<SpotException>(() => PromptFile.Read(path, new('c', 64), 3)).Message, StringComparison.Ordinal);
    }

    private static SoftPrompt Sample() => new(2, 3, [1, 2, 3, 4, 5, 6], "b");
}
