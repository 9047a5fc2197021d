using Spot.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Brings one stored tensor into memory: as a view of the mapped file where that is possible, else converted.</summary>
internal static class StoredTensor
{
    /// <param name="file">The file.</param>
    /// <param name="tensor">The tensor in it.</param>
    /// <param name="maps">Whole-file mappings by path and type, shared between the tensors of one load.</param>
    /// <param name="type">The type that is wanted.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <returns>A tensor that the caller owns; never to be written to.</returns>
    public static Tensor Load(
        SafetensorsFile file, SafetensorsTensor tensor, Dictionary<(string, ScalarType), Tensor> maps, ScalarType type, Device device)
    {
        ScalarType stored = TypeOf(file, tensor);
        int size = stored.ElementSize();
        if (tensor.Offset % size != 0)
        {
            using Tensor copy = ReadCopy(file, tensor, stored);
            return Move(copy, type, device);
        }

        if (!maps.TryGetValue((file.Path, stored), out Tensor? map))
        {
            map = from_file(file.Path, shared: false, new FileInfo(file.Path).Length / size, stored);
            maps[(file.Path, stored)] = map;
        }

        using Tensor flat = map.narrow(0, tensor.Offset / size, tensor.ByteCount / size);
        using Tensor view = flat.view(tensor.Shape);
        return Move(view, type, device);
    }

    private static Tensor Move(Tensor source, ScalarType type, Device device)
    {
        Tensor moved = source.to(type, device);
        return ReferenceEquals(moved, source) ? source.alias() : moved;
    }

    private static Tensor ReadCopy(SafetensorsFile file, SafetensorsTensor tensor, ScalarType stored)
    {
        Tensor copy = empty(tensor.Shape, stored);
        file.Read(tensor, copy.bytes, 0);
        return copy;
    }

    private static ScalarType TypeOf(SafetensorsFile file, SafetensorsTensor tensor) => tensor.DType switch
    {
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.F64 => ScalarType.Float64,
        _ => throw new InvalidDataException(
            $"'{file.Path}': tensor '{tensor.Name}' is {tensor.DType}, expected F32, BF16, F16 or F64. Quantised checkpoints are not supported."),
    };
}
