using System.Text;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

public sealed class TorchFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cposix\nsystem\n", "posix.system")]
    [InlineData("cbuiltins\neval\n", "builtins.eval")]
    [InlineData("ctorch.storage\n_load_from_bytes\n", "torch.storage._load_from_bytes")]
    [InlineData("ccollections\nOrderedDict.fromkeys\n", "collections.OrderedDict.fromkeys")]
    [InlineData("ios\nsystem\n", "0x69")]
    public void What_could_run_code_is_refused_by_name(string opcodes, string named)
    {
        FormatException? error = Record.Exception(() => Unpickle(opcodes + ".")) as FormatException;
        Assert.True(named.Length == 0 || (error is not null && error.Message.Contains(named, StringComparison.Ordinal)), error?.Message);
    }

    [Theory]
    [InlineData("X\xFF\xFF\xFF\x7F" + "a.")] // a text of 2 GB
    [InlineData("h\x07.")] // a memo that was never set
    [InlineData("t.")] // no mark
    [InlineData("}K\x01K\x02sK\x03.")] // two values left
    [InlineData("}(K\x01K\x02K\x01K\x03u.")] // a key twice
    [InlineData("})s.")]
    [InlineData("ccollections\nOrderedDict\n]R.")]
    [InlineData("ctorch\nFloatStorage\n)R.")]
    [InlineData("")]
    public void Damage_is_told(string opcodes) => Assert.Throws<FormatException>(() => Unpickle(opcodes));

    [Fact]
    public void Plain_values_are_read()
    {
        PickleDict root = (PickleDict)Unpickle("}(X\x01\0\0\0aK\x07X\x01\0\0\0b(K\x01\x88N\x89tX\x01\0\0\0c](J\xFE\xFF\xFF\xFF\u008A\u0002\0\u0080eu.")!;
        Assert.Equal(7L, root["a"]);
        Assert.Equal([1L, true, null, false], (object?[])root["b"]!);
        Assert.Equal([-2L, -32768L], (List<object?>)root["c"]!);
    }

    [Fact]
    public void Depth_costs_no_stack()
    {
        const int depth = 1_000_000;
        Assert.IsType<List<object?>>(Unpickle(new string(']', depth) + new string('a', depth - 1) + "."));
    }

    [Fact]
    public void A_file_of_another_kind_is_named()
    {
        string path = Path.Combine(_folder.Path, "pytorch_model.bin");
        foreach (byte[] bytes in new[] { [], "PK"u8.ToArray(), Encoding.ASCII.GetBytes(new string('x', 100)), "PK\x03\x04 but no archive at all, only its first bytes"u8.ToArray() })
        {
            File.WriteAllBytes(path, bytes);
            Assert.Contains($"'{path}': ", Assert.Throws<InvalidDataException>(() => TorchFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Views_must_lie_inside_their_storage()
    {
        TorchStorage storage = new("0", SafetensorsType.F32, 12);
        Assert.True(TorchTensor.Create(storage, 0, [3, 4], [4, 1]).IsContiguous);
        Assert.False(TorchTensor.Create(storage, 0, [4, 3], [1, 4]).IsContiguous);
        Assert.Throws<FormatException>(() => TorchTensor.Create(storage, 1, [3, 4], [4, 1]));
        Assert.Throws<FormatException>(() => TorchTensor.Create(storage, 0, [1L << 40, 1L << 40], [0, 0]));
        Assert.Throws<FormatException>(() => TorchTensor.Create(storage, 0, [2], [long.MaxValue]));
        Assert.Throws<FormatException>(() => TorchTensor.Create(storage, 13, [0], [1]));
        Assert.Throws<FormatException>(() => TorchTensor.Create(storage, 0, [-1], [1]));
    }

    internal static float[] Floats(TorchFile file, TorchTensor tensor)
    {
        byte[] bytes = new byte[tensor.ElementCount * SafetensorsTypes.Size(tensor.Storage.DType)];
        file.Read(tensor, bytes, 0);
        float[] values = new float[tensor.ElementCount];
        SafetensorsFloats.Convert(bytes, tensor.Storage.DType, values);
        return values;
    }

    private static object? Unpickle(string opcodes) =>
        new Unpickler(Encoding.Latin1.GetBytes(opcodes), 0, _ => throw new FormatException("no storage here")).Read();
}
