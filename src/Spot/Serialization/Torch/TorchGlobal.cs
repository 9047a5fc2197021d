namespace Spot.Serialization;

/// <summary>The few names that a file of tensors needs. Nothing else can be named by a file, and none of them runs anything.</summary>
internal enum TorchGlobal
{
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    FloatStorage,
    DoubleStorage,
    HalfStorage,
    BFloat16Storage,
    LongStorage,
    IntStorage,
    ShortStorage,
    CharStorage,
    ByteStorage,
    BoolStorage,
}

/// <summary>Looks names up.</summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<(string Module, string Name), TorchGlobal> Known = new()
    {
        [("collections", "OrderedDict")] = TorchGlobal.OrderedDict,
        [("torch._utils", "_rebuild_tensor_v2")] = TorchGlobal.RebuildTensor,
        [("torch._utils", "_rebuild_parameter")] = TorchGlobal.RebuildParameter,
        [("torch", "FloatStorage")] = TorchGlobal.FloatStorage,
        [("torch", "DoubleStorage")] = TorchGlobal.DoubleStorage,
        [("torch", "HalfStorage")] = TorchGlobal.HalfStorage,
        [("torch", "BFloat16Storage")] = TorchGlobal.BFloat16Storage,
        [("torch", "LongStorage")] = TorchGlobal.LongStorage,
        [("torch", "IntStorage")] = TorchGlobal.IntStorage,
        [("torch", "ShortStorage")] = TorchGlobal.ShortStorage,
        [("torch", "CharStorage")] = TorchGlobal.CharStorage,
        [("torch", "ByteStorage")] = TorchGlobal.ByteStorage,
        [("torch", "BoolStorage")] = TorchGlobal.BoolStorage,
    };

    public static TorchGlobal? Find(string module, string name) => Known.TryGetValue((module, name), out TorchGlobal found) ? found : null;

    /// <summary>The type of a storage's elements; null for what is no storage.</summary>
    public static SafetensorsType? ElementType(TorchGlobal global) => global switch
    {
        TorchGlobal.FloatStorage => SafetensorsType.F32,
        TorchGlobal.DoubleStorage => SafetensorsType.F64,
        TorchGlobal.HalfStorage => SafetensorsType.F16,
        TorchGlobal.BFloat16Storage => SafetensorsType.BF16,
        TorchGlobal.LongStorage => SafetensorsType.I64,
        TorchGlobal.IntStorage => SafetensorsType.I32,
        TorchGlobal.ShortStorage => SafetensorsType.I16,
        TorchGlobal.CharStorage => SafetensorsType.I8,
        TorchGlobal.ByteStorage => SafetensorsType.U8,
        TorchGlobal.BoolStorage => SafetensorsType.Bool,
        _ => null,
    };
}
