using System.Security.Cryptography;
using System.Text.Json;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

/// <summary>Prompts as other tools write them, bit for bit, and everything else refused with the reason.</summary>
public class PromptFormatTests
{
    private const string Backbone = TestPaths.Fingerprint;

    public static TheoryData<string, string> Files()
    {
        TheoryData<string, string> files = [];
        foreach (string root in GoldenData.Folders("formats"))
        {
            foreach (JsonElement entry in Entries(root))
            {
                files.Add(root, entry.GetProperty("path").GetString()!);
            }
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_gives_the_values_it_holds_or_is_refused(string root, string path)
    {
        JsonElement entry = Entries(root).Single(entry => entry.GetProperty("path").GetString() == path);
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(root, "expected.safetensors"));
        string file = Path.Combine(root, path);
        if (!entry.GetProperty("ok").GetBoolean())
        {
            Exception? error = Record.Exception(() => PromptFile.ReadAll(file, Backbone, 16));
            Assert.True(error is InvalidDataException or SpotException or FileNotFoundException, $"{entry.GetProperty("why")}: {error}");
            Assert.Contains(Path.GetFileName(root), error.Message, StringComparison.Ordinal); // the path
            return;
        }

        JsonElement expect = entry.GetProperty("expect");
        if (expect.TryGetProperty("tasks", out JsonElement tasks))
        {
            CheckTasks(file, [.. tasks.EnumerateArray()], tensors);
        }
        else if (expect.TryGetProperty("statistics", out JsonElement statistics))
        {
            string[] place = statistics.GetString()!.Split('#');
            CheckStatistics(file, GoldenData.Json(Path.Combine(root, place[0])).GetProperty(place[1]));
        }
        else if (expect.TryGetProperty("tensors", out JsonElement all))
        {
            CheckTensors(file, expect, all, tensors);
        }
        else
        {
            JsonElement shape = expect.GetProperty("shape");
            string values = (entry.TryGetProperty("reshaped", out JsonElement reshaped) ? reshaped : expect.GetProperty("tensor")).GetString()!;
            int dim = entry.TryGetProperty("needs_dim", out JsonElement needed) ? needed.GetInt32() : shape[shape.GetArrayLength() - 1].GetInt32();
            Same(tensors[values], PromptFile.Read(file, Backbone, dim), dim);
        }
    }

    [Fact]
    public void Bfloat16_in_numpy_is_read_when_the_caller_says_so()
    {
        int count = 0;
        foreach (string root in GoldenData.Folders("formats"))
        {
            foreach (JsonElement entry in Entries(root).Where(entry => entry.TryGetProperty("bf16_values", out _)))
            {
                float[] expected = GoldenData.Tensors(Path.Combine(root, "expected.safetensors"))[entry.GetProperty("bf16_values").GetString()!];
                Same(expected, PromptFile.Read(Path.Combine(root, entry.GetProperty("path").GetString()!), Backbone, 16, new PromptFileOptions { BFloat16 = true }), 16);
                count++;
            }
        }

        Assert.NotEqual(0, count);
    }

    internal static IEnumerable<JsonElement> Entries(string root) => GoldenData.Json(Path.Combine(root, "manifest.json")).GetProperty("entries").EnumerateArray();

    internal static void Same(float[] expected, SoftPrompt prompt, int dim)
    {
        Assert.Equal((expected.Length / dim, dim, Backbone), (prompt.Length, prompt.Dim, prompt.BackboneFingerprint));
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), prompt.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    // Named, the prompt is always found; unnamed, it is found or the file is refused because the name says nothing.
    private static void CheckTensors(string file, JsonElement expect, JsonElement all, Dictionary<string, float[]> tensors)
    {
        foreach (JsonProperty tensor in all.EnumerateObject())
        {
            int[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
            bool changed = expect.TryGetProperty("key", out JsonElement key) && key.GetString() == tensor.Name;
            if (shape.Length == 2 && !changed)
            {
                Same(tensors[tensor.Value.GetProperty("tensor").GetString()!], PromptFile.Read(file, Backbone, shape[1], new PromptFileOptions { Tensor = tensor.Name }), shape[1]);
            }
        }

        if (!expect.TryGetProperty("prompt", out JsonElement prompt))
        {
            Assert.Contains("Tensor", Assert.Throws<SpotException>(() => PromptFile.Read(file, Backbone, 16)).Message, StringComparison.Ordinal);
            return;
        }

        int dim = prompt.GetProperty("shape")[1].GetInt32();
        float[] expected = tensors[prompt.GetProperty("tensor").GetString()!];
        Same(expected, PromptFile.Read(file, Backbone, dim, new PromptFileOptions { Tensor = expect.GetProperty("key").GetString() }), dim);
        try
        {
            Same(expected, PromptFile.Read(file, Backbone, dim), dim);
        }
        catch (SpotException e)
        {
            Assert.True(all.EnumerateObject().Count() > 1 && int.TryParse(expect.GetProperty("key").GetString(), out _), e.Message);
        }
    }

    private static void CheckTasks(string folder, JsonElement[] tasks, Dictionary<string, float[]> tensors)
    {
        List<string> warnings = [];
        int dim = tasks[0].GetProperty("shape")[1].GetInt32();
        IReadOnlyList<SoftPrompt> prompts = PromptFile.ReadAll(folder, Backbone, dim, new PromptFileOptions { Warning = warnings.Add });
        Assert.Equal(tasks.Length, prompts.Count);
        foreach (JsonElement task in tasks)
        {
            SoftPrompt prompt = prompts[task.GetProperty("task_id").GetInt32()];
            Assert.Equal(task.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), [prompt.Length, prompt.Dim]);
            Assert.InRange(GoldenData.Difference(prompt.Values.Span, tensors[task.GetProperty("tensor").GetString()!]), 0, 1e-6);
        }

        Assert.Equal(tasks.Any(task => task.TryGetProperty("peft_forward_logits_with_decoder_prompt", out _)), warnings.Count == 1);
        Exception? error = Record.Exception(() => PromptFile.Read(folder, Backbone, dim));
        Assert.Equal(tasks.Length > 1, error is SpotException && error.Message.Contains("ReadAll", StringComparison.Ordinal));
    }

    private static void CheckStatistics(string file, JsonElement expected)
    {
        int[] shape = [.. expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        SoftPrompt prompt = PromptFile.Read(file, Backbone, shape[1]);
        Assert.Equal((shape[0], shape[1]), (prompt.Length, prompt.Dim));
        byte[] bytes = new byte[prompt.Values.Length * sizeof(float)];
        Buffer.BlockCopy(prompt.Values.ToArray(), 0, bytes, 0, bytes.Length);
        Assert.Equal(expected.GetProperty("sha256_of_float32_little_endian_row_major").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        double total = prompt.Values.ToArray().Sum(value => (double)value);
        Assert.Equal(expected.GetProperty("sum").GetDouble(), total, 1e-6 * expected.GetProperty("sum_abs").GetDouble());
    }
}
