using System.Diagnostics;
using System.Text.Json;
using Spot.Interop;

namespace Spot.Tests.Interop.Torch;

/// <summary>Files that try to run code, to read beyond themselves or to fill memory. Needs the large set.</summary>
public class TorchHostileTests
{
    private const long MostExtraBytes = 64 << 20;

    [Fact]
    public void Every_file_is_treated_as_the_manifest_says()
    {
        string? root = TestPaths.Shared(Path.Combine("golden", "hostile"));
        Assert.SkipWhen(root is null, "The hostile files are not there; set SPOT_SHARED to the folder that holds 'golden'.");
        using SafetensorsFile reference = SafetensorsFile.Open(Path.Combine(root!, "expected.safetensors"));
        float[] expected = reference.ReadFloats("prompt");
        List<string> wrong = [];
        JsonElement manifest = GoldenData.Json(Path.Combine(root!, "manifest.json"));
        string usual = manifest.GetProperty("key").GetString()!;
        foreach (JsonElement entry in manifest.GetProperty("entries").EnumerateArray().Where(entry => entry.GetProperty("kind").GetString() == "torch"))
        {
            string path = Path.Combine(root!, entry.GetProperty("path").GetString()!), must = entry.GetProperty("must").GetString()!;
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            string outcome = Outcome(path, entry.TryGetProperty("key", out JsonElement key) ? key.GetString()! : usual, expected);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (outcome is not ("same" or "refused") || (must == "load" && outcome != "same") || (must == "refuse" && outcome != "refused")
                || allocated > MostExtraBytes + (8 * new FileInfo(path).Length) || Stopwatch.GetElapsedTime(start).TotalSeconds > 20)
            {
                wrong.Add($"{entry.GetProperty("path")} ({entry.GetProperty("note")}) must {must}: {outcome}, {allocated} bytes");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.False(File.Exists("SPOT_PWNED"));
    }

    private static string Outcome(string path, string key, float[] expected)
    {
        try
        {
            using TorchFile file = TorchFile.Open(path);
            if (!file.Tensors.TryGetValue(key, out TorchTensor? tensor) || tensor.Shape.Length != 2 || tensor.ElementCount == 0)
            {
                return "refused"; // as a prompt
            }

            return TorchFileTests.Floats(file, tensor).AsSpan().SequenceEqual(expected) ? "same" : "loaded other values";
        }
        catch (Exception e)
        {
            return e is InvalidDataException ? "refused" : $"{e.GetType().Name}: {e.Message}";
        }
    }
}
