using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A tensor in a checkpoint file.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="Name">The tensor's name.</param>
/// <param name="DType">The type that it is stored in.</param>
/// <param name="Sizes">Its dimensions.</param>
/// <param name="Offset">Its first byte in the file; null where it does not lie there row-major and little-endian.</param>
/// <param name="Read">Reads its bytes, row-major and little-endian, from a first one on.</param>
internal sealed record StoredTensor(
    string Path, string Name, SafetensorsType DType, ImmutableArray<long> Sizes, long? Offset, TensorBytes Read)
{
    public ReadOnlySpan<long> Shape => Sizes.AsSpan();

    public long ByteCount { get; } = Sizes.Aggregate((long)SafetensorsTypes.Size(DType), (bytes, size) => bytes * size);

    public static StoredTensor Of(string path, SafetensorsFile file, SafetensorsTensor tensor) =>
        new(path, tensor.Name, tensor.DType, tensor.Shape, tensor.Offset, (destination, start) => file.Read(tensor, destination, start));

    public static StoredTensor Of(string path, TorchFile file, string name, TorchTensor tensor) =>
        new(path, name, tensor.Storage.DType, tensor.Shape, file.OffsetOf(tensor), (destination, start) => file.Read(tensor, destination, start));

    /// <summary>The type that the tensor is stored in.</summary>
    public ScalarType StoredType() => DType switch
    {
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.F64 => ScalarType.Float64,
        _ => throw new InvalidDataException(
            $"'{Path}': tensor '{Name}' is {DType}, expected F32, BF16, F16 or F64. Quantised checkpoints are not supported."),
    };

    /// <summary>Brings the tensor into memory: as a view of the mapped file where that is possible, else converted.</summary>
    /// <param name="maps">Whole-file mappings by path and type, shared between the tensors of one load.</param>
    /// <param name="type">The type that is wanted.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <param name="mayStayMapped">Whether a view may keep the whole file mapped: not worth it for a few tensors of a file that is converted.</param>
    /// <returns>A tensor that the caller owns; never to be written to.</returns>
    /// <exception cref="SpotException">libtorch cannot load it, for example for lack of memory.</exception>
    public Tensor Load(Dictionary<(string Path, ScalarType Type), Tensor> maps, ScalarType type, Device device, bool mayStayMapped)
    {
        ScalarType stored = StoredType();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor source = Offset is { } offset && offset % stored.ElementSize() == 0 ? Mapped(maps, stored, offset) : ReadCopy(stored);
            Tensor loaded = source.to(type, device); // the same memory where type and device are already right
            return (mayStayMapped || stored != type ? loaded.alias() : loaded.clone()).DetachFromDisposeScope();
        }
        catch (ExternalException e)
        {
            // Of its many lines the first says what is wrong; the others are libtorch's own stack.
            throw new SpotException(
                $"'{Path}': libtorch could not load the tensor '{Name}' of {ByteCount} bytes: {e.Message.Split('\n', 2)[0].TrimEnd('.', '\r')}. " +
                "See that the file is whole and not being changed, and that memory and address space suffice.", e);
        }
    }

    private Tensor Mapped(Dictionary<(string Path, ScalarType Type), Tensor> maps, ScalarType stored, long offset)
    {
        int size = stored.ElementSize();
        if (!maps.TryGetValue((Path, stored), out Tensor? map))
        {
            using SafeFileHandle file = File.OpenHandle(Path); // the length of what is mapped, be the path a link
            map = from_file(Path, shared: false, RandomAccess.GetLength(file) / size, stored).DetachFromDisposeScope();
            maps[(Path, stored)] = map;
        }

        return map.narrow(0, offset / size, ByteCount / size).view([.. Sizes]);
    }

    private Tensor ReadCopy(ScalarType stored)
    {
        Tensor copy = empty(Shape, stored);
        Read(copy.bytes, 0);
        return copy;
    }
}
