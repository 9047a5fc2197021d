using System.Text.Json;
using Spot.Serialization;

namespace Spot.Tests;

/// <summary>Reference files: in the repository, or the fuller set in the shared folder.</summary>
internal static class GoldenData
{
    /// <summary>Folders of a golden set, in the repository and, where it is there, in the shared folder.</summary>
    public static IEnumerable<string> Folders(string name)
    {
        yield return TestPaths.Golden(name);
        if (TestPaths.Shared(Path.Combine("golden", name)) is { } shared)
        {
            yield return shared;
        }
    }

    public static JsonElement Json(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static Dictionary<string, float[]> Tensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, float[]> tensors = [];
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            tensors[tensor.Name] = tensor.DType == SafetensorsType.I32 ? [.. Integers(file, tensor).Select(i => (float)i)] : file.ReadFloats(tensor.Name);
        }

        return tensors;
    }

    /// <summary>The largest difference as a share of the reference's largest magnitude.</summary>
    public static double Difference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double most = 0, largest = 1e-30;
        for (int i = 0; i < expected.Length; i++)
        {
            most = Math.Max(most, double.IsNaN(actual[i]) ? double.MaxValue : Math.Abs((double)actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs((double)expected[i]));
        }

        return most / largest;
    }

    private static int[] Integers(SafetensorsFile file, SafetensorsTensor tensor)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        file.Read(tensor, bytes);
        int[] values = new int[bytes.Length / sizeof(int)];
        Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
        return values;
    }
}
