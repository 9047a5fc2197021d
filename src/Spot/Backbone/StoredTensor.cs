using Spot.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A tensor in a checkpoint file.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="File">The open file.</param>
/// <param name="Tensor">The tensor in it.</param>
internal sealed record StoredTensor(string Path, SafetensorsFile File, SafetensorsTensor Tensor)
{
    public ReadOnlySpan<long> Shape => Tensor.Shape.AsSpan();

    /// <summary>The type that the tensor is stored in.</summary>
    public ScalarType StoredType() => Tensor.DType switch
    {
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.F64 => ScalarType.Float64,
        _ => throw new InvalidDataException(
            $"'{Path}': tensor '{Tensor.Name}' is {Tensor.DType}, expected F32, BF16, F16 or F64. Quantised checkpoints are not supported."),
    };

    /// <summary>Brings the tensor into memory: as a view of the mapped file where that is possible, else converted.</summary>
    /// <param name="maps">Whole-file mappings by path and type, shared between the tensors of one load.</param>
    /// <param name="type">The type that is wanted.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <param name="mayStayMapped">Whether a view may keep the whole file mapped: not worth it for a few tensors of a file that is converted.</param>
    /// <returns>A tensor that the caller owns; never to be written to.</returns>
    public Tensor Load(Dictionary<(string Path, ScalarType Type), Tensor> maps, ScalarType type, Device device, bool mayStayMapped)
    {
        ScalarType stored = StoredType();
        using DisposeScope scope = NewDisposeScope();
        Tensor source = Tensor.Offset % stored.ElementSize() == 0 ? Mapped(maps, stored) : ReadCopy(stored);
        Tensor loaded = source.to(type, device); // the same memory where type and device are already right
        return (mayStayMapped || stored != type ? loaded.alias() : loaded.clone()).DetachFromDisposeScope();
    }

    private Tensor Mapped(Dictionary<(string Path, ScalarType Type), Tensor> maps, ScalarType stored)
    {
        int size = stored.ElementSize();
        if (!maps.TryGetValue((Path, stored), out Tensor? map))
        {
            map = from_file(Path, shared: false, new FileInfo(Path).Length / size, stored).DetachFromDisposeScope();
            maps[(Path, stored)] = map;
        }

        return map.narrow(0, Tensor.Offset / size, Tensor.ByteCount / size).view([.. Tensor.Shape]);
    }

    private Tensor ReadCopy(ScalarType stored)
    {
        Tensor copy = empty(Shape, stored);
        File.Read(Tensor, copy.bytes);
        return copy;
    }
}
