using System.Text.Json;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

public class SafetensorsFileTests
{
    private static readonly JsonElement Formats =
        JsonDocument.Parse(File.ReadAllText(TestPaths.Golden("safetensors/formats.json"))).RootElement;

    public static TheoryData<string> Files() => [.. Formats.EnumerateArray().Select(item => item.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_of_other_writers_are_read_bit_by_bit(string name)
    {
        JsonElement item = Formats.EnumerateArray().Single(item => item.GetProperty("file").GetString() == name);
        string path = TestPaths.Golden("safetensors/formats/" + name);
        using SafetensorsFile expected = SafetensorsFile.Open(TestPaths.Golden("safetensors/formats/expected.safetensors"));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using SafetensorsFile memory = SafetensorsFile.FromBytes(File.ReadAllBytes(path), name);

        Assert.Equal(item.GetProperty("tensors").EnumerateObject().Select(tensor => tensor.Name).Order(), file.Tensors.Keys.Order());
        Assert.Equal(
            item.GetProperty("metadata").EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!)).OrderBy(pair => pair.Key),
            file.Metadata.OrderBy(pair => pair.Key));
        foreach (JsonProperty tensor in item.GetProperty("tensors").EnumerateObject())
        {
            SafetensorsTensor found = file.Tensors[tensor.Name];
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), found.Shape);
            Assert.Equal(found.Shape.Aggregate(1L, (x, y) => x * y), found.ElementCount);
            float[] values = expected.ReadFloats(tensor.Value.GetProperty("tensor").GetString()!);
            if (found.DType == SafetensorsType.I64)
            {
                byte[] bytes = new byte[found.ByteCount];
                file.Read(found, bytes);
                Assert.Equal(values, Enumerable.Range(0, values.Length).Select(i => (float)BitConverter.ToInt64(bytes, 8 * i)));
                continue;
            }

            Assert.Equal(Bits(values), Bits(file.ReadFloats(tensor.Name)));
            Assert.Equal(Bits(values), Bits(memory.ReadFloats(tensor.Name)));
        }
    }

    [Fact]
    public void A_checkpoint_is_read_tensor_by_tensor()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny", "model.safetensors"));
        long length = new FileInfo(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny", "model.safetensors")).Length;
        Assert.Equal(length, file.Tensors.Values.Max(tensor => tensor.Offset + tensor.ByteCount));
        SafetensorsTensor shared = file.Find("shared.weight");
        float[] values = file.ReadFloats(shared.Name);
        Assert.Equal(shared.Shape[0] * shared.Shape[1], values.Length);
        Assert.All(values, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Parts_of_a_tensor_can_be_read()
    {
        byte[] data = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, [new("x", SafetensorsType.U8, [10, 10], data), new("y", SafetensorsType.Bool, [], new byte[1])]);
        using SafetensorsFile file = SafetensorsFile.FromBytes(stream.ToArray(), "memory");
        SafetensorsTensor x = file.Find("x");
        byte[] part = new byte[7];
        file.Read(x, part, 93);
        Assert.Equal(data[93..], part);
        file.Read(x, [], 100);
        Assert.Throws<ArgumentException>(() => file.Read(x, part, 94));
        Assert.Throws<ArgumentException>(() => file.Read(x, part, -1));
        Assert.Throws<ArgumentException>(() => file.Read(x, part, long.MaxValue));
        using SafetensorsFile other = SafetensorsFile.FromBytes(stream.ToArray(), "other");
        Assert.Throws<ArgumentException>(() => other.Read(x, part));
        Assert.Contains("'x'", Assert.Throws<InvalidDataException>(() => file.Find("z")).Message, StringComparison.Ordinal);
        Assert.Contains("U8", Assert.Throws<InvalidDataException>(() => file.ReadFloats("x")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SafetensorsType.F64)]
    [InlineData(SafetensorsType.F32)]
    [InlineData(SafetensorsType.F16)]
    [InlineData(SafetensorsType.BF16)]
    public void Tensors_larger_than_a_chunk_are_read_whole(SafetensorsType type)
    {
        const int Count = (1 << 20) + 12345;
        int size = type switch { SafetensorsType.F64 => 8, SafetensorsType.F32 => 4, _ => 2 };
        byte[] data = new byte[Count * size];
        for (int i = 0; i < Count; i++)
        {
            float value = (i % 251) - 125;
            byte[] bytes = type switch
            {
                SafetensorsType.F64 => BitConverter.GetBytes((double)value),
                SafetensorsType.F32 => BitConverter.GetBytes(value),
                SafetensorsType.F16 => BitConverter.GetBytes((Half)value),
                _ => BitConverter.GetBytes(value)[2..],
            };
            bytes.CopyTo(data, i * size);
        }

        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, [new("x", type, [Count], data)]);
        using SafetensorsFile file = SafetensorsFile.FromBytes(stream.ToArray(), "memory");
        float[] values = file.ReadFloats("x");
        Assert.Equal(Count, values.Length);
        Assert.All(Enumerable.Range(0, Count), i => Assert.Equal((i % 251) - 125, values[i]));
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_an_error()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "x.safetensors");
        using (FileStream stream = File.Create(path))
        {
            SafetensorsWriter.Write(stream, [SafetensorsEntry.FromFloats("x", [100], new float[100])]);
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!OperatingSystem.IsWindows())
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            stream.SetLength(stream.Length - 1);
            Assert.Throws<InvalidDataException>(() => file.ReadFloats("x"));
        }

        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(Path.Combine(folder.Path, "absent")));
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
