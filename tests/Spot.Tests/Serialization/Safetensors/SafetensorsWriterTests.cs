using System.Buffers.Binary;
using System.Text;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

public class SafetensorsWriterTests
{
    [Fact]
    public void The_bytes_are_these()
    {
        byte[] bytes = Write([new("b", SafetensorsType.U8, [1], new byte[] { 7 }), SafetensorsEntry.FromFloats("a", [1, 2], [1, -2])], new() { ["k"] = "v" });
        const string Json =
            "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}," +
            "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]}}";
        int padded = (Json.Length + 7) / 8 * 8;
        Assert.Equal(padded, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(Json.PadRight(padded), Encoding.UTF8.GetString(bytes, 8, padded));
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 192, 7], bytes[(8 + padded)..]);
    }

    [Fact]
    public void The_order_in_which_things_are_given_does_not_matter()
    {
        SafetensorsEntry[] tensors = [.. "bAa_Z0é".Select(c => SafetensorsEntry.FromFloats(c.ToString(), [1], [c]))];
        Dictionary<string, string> metadata = new() { ["one"] = "1", ["zwei"] = "\"2\" ü 中 \n" };
        byte[] expected = Write(tensors, metadata);
        Assert.Equal(expected, Write([.. tensors.Reverse()], new(metadata.Reverse())));
        using SafetensorsFile file = SafetensorsFile.FromBytes(expected, "memory");
        Assert.Equal(metadata.OrderBy(pair => pair.Key), file.Metadata.OrderBy(pair => pair.Key));
        Assert.All(tensors, tensor => Assert.Equal([tensor.Name[0]], file.ReadFloats(tensor.Name)));
    }

    [Fact]
    public void All_types_scalars_and_empty_tensors_return()
    {
        List<SafetensorsEntry> tensors = [];
        foreach (SafetensorsType type in Enum.GetValues<SafetensorsType>())
        {
            int size = SafetensorsTypes.Size(type);
            tensors.Add(new($"{type} scalar", type, [], new byte[size]));
            tensors.Add(new($"{type} empty", type, [3, 0, 2], ReadOnlyMemory<byte>.Empty));
            tensors.Add(new($"{type} many", type, [2, 1, 3], Enumerable.Range(1, 6 * size).Select(i => (byte)i).ToArray()));
        }

        using SafetensorsFile file = SafetensorsFile.FromBytes(Write([.. tensors], null), "memory");
        Assert.Equal(tensors.Count, file.Tensors.Count);
        foreach (SafetensorsEntry tensor in tensors)
        {
            SafetensorsTensor found = file.Tensors[tensor.Name];
            byte[] bytes = new byte[found.ByteCount];
            file.Read(found, bytes);
            Assert.Equal(tensor.Data.ToArray(), bytes);
            Assert.Equal(tensor.Shape, found.Shape);
            Assert.Equal(tensor.DType, found.DType);
        }
    }

    [Fact]
    public void Floats_return_bit_by_bit()
    {
        float[] values = [0f, -0f, float.Epsilon, float.MaxValue, float.NaN, float.NegativeInfinity, 1f / 3];
        using SafetensorsFile file = SafetensorsFile.FromBytes(Write([SafetensorsEntry.FromFloats("x", [7], values)], null), "memory");
        Assert.Equal(Array.ConvertAll(values, BitConverter.SingleToInt32Bits), Array.ConvertAll(file.ReadFloats("x"), BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Contradictions_are_refused_before_anything_is_written()
    {
        SafetensorsEntry good = SafetensorsEntry.FromFloats("x", [1], [1]);
        SafetensorsEntry[][] bad =
        [
            [good, good],
            [good with { Name = "__metadata__" }],
            [good with { Shape = [2] }],
            [good with { Shape = [-1, -1] }],
            [good with { Shape = [long.MaxValue, 4] }],
            [good with { DType = SafetensorsType.F64 }],
        ];
        foreach (SafetensorsEntry[] tensors in bad)
        {
            using MemoryStream stream = new();
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, tensors));
            Assert.Equal(0, stream.Length);
        }
    }

    private static byte[] Write(SafetensorsEntry[] tensors, Dictionary<string, string>? metadata)
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
