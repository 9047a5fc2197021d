namespace Spot.Serialization;

/// <summary>The tensors of a safetensors or PyTorch file by name; those of nested dictionaries with their keys joined by dots.</summary>
internal sealed class TensorFile : IDisposable
{
    /// <summary>The name of a tensor that was saved alone, in no dictionary.</summary>
    public const string Bare = "";

    private const int MostDepth = 8;
    private readonly Dictionary<string, NamedTensor> _tensors = new(StringComparer.Ordinal);
    private readonly IDisposable _file;

    private TensorFile(string path, SafetensorsFile file)
    {
        Path = path;
        _file = file;
        Metadata = file.Metadata;
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            _tensors[tensor.Name] = new(tensor.DType, [.. tensor.Shape], (bytes, start) => file.Read(tensor, bytes, start));
        }
    }

    private TensorFile(string path, TorchFile file)
    {
        Path = path;
        _file = file;
        Metadata = new Dictionary<string, string>();
        Add(file, Bare, file.Root, 0, new HashSet<object>(ReferenceEqualityComparer.Instance));
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, NamedTensor> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file by its content.</summary>
    /// <exception cref="InvalidDataException">It is neither, or damaged.</exception>
    public static TensorFile Open(string path)
    {
        Span<byte> start = stackalloc byte[9];
        using (FileBytes bytes = new(path))
        {
            start = start[..(int)Math.Min(start.Length, bytes.Length)];
            bytes.Read(0, start);
        }

        return start switch
        {
            [(byte)'P', (byte)'K', ..] => OpenTorch(path),
            [_, _, _, _, _, _, _, _, (byte)'{'] => OpenSafetensors(path),
            [0x80, ..] => OpenTorch(path),
            _ => throw new InvalidDataException(
                $"'{path}': found {(start.StartsWith("version"u8) ? "a Git LFS pointer, which is not the file itself; fetch that" : "none of the formats that Spot knows")}. " +
                "Expected a NumPy array, a safetensors file or a file that torch.save wrote."),
        };
    }

    /// <summary>Opens a file whose format its name decides, as for the files of a folder.</summary>
    public static TensorFile OpenNamed(string path) =>
        path.EndsWith(".safetensors", StringComparison.Ordinal) ? OpenSafetensors(path) : OpenTorch(path);

    /// <summary>Reads a floating-point tensor as float32.</summary>
    /// <exception cref="InvalidDataException">It holds integers or truth values, or more numbers than an array.</exception>
    public float[] Floats(string name)
    {
        NamedTensor tensor = _tensors[name];
        if (!tensor.IsFloat || tensor.Count > Array.MaxLength / sizeof(double))
        {
            throw new InvalidDataException(
                $"'{Path}': {Describe(name)} holds {tensor.Count} numbers of type {SafetensorsTypes.Name(tensor.DType)}, expected floats (F64, F32, F16 or BF16). Check that it is the right tensor.");
        }

        byte[] bytes = new byte[tensor.Count * SafetensorsTypes.Size(tensor.DType)];
        tensor.Read(bytes, 0);
        float[] values = new float[tensor.Count];
        SafetensorsFloats.Convert(bytes, tensor.DType, values);
        return values;
    }

    /// <summary>A tensor's name for messages.</summary>
    public static string Describe(string name) => name == Bare ? "the tensor" : $"tensor {SafetensorsHeader.Quote(name)}";

    public void Dispose() => _file.Dispose();

    private static TensorFile OpenSafetensors(string path) => new(path, SafetensorsFile.Open(path));

    private static TensorFile OpenTorch(string path) => Own(TorchFile.Open(path), file => new TensorFile(path, file));

    private static TensorFile Own(TorchFile file, Func<TorchFile, TensorFile> make)
    {
        try
        {
            return make(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // A dictionary may contain itself, or one a million times: each is looked at once, and none deeper than any tool nests them.
    private void Add(TorchFile file, string name, object? value, int depth, HashSet<object> seen)
    {
        if (value is TorchTensor tensor)
        {
            NamedTensor named = new(tensor.Storage.DType, [.. tensor.Shape], (bytes, start) => file.Read(tensor, bytes, start));
            if (!_tensors.TryAdd(name, named))
            {
                throw new InvalidDataException($"'{Path}': found {Describe(name)} twice, once in a dictionary inside another.");
            }
        }
        else if (value is PickleDict dictionary && depth < MostDepth && seen.Add(dictionary))
        {
            foreach (object key in dictionary.Keys)
            {
                string part = FormattableString.Invariant($"{key}");
                Add(file, depth == 0 ? part : $"{name}.{part}", dictionary[key], depth + 1, seen);
            }
        }
    }
}

/// <summary>A tensor of some file.</summary>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Read">Reads its bytes, row-major and little-endian, from a first one on.</param>
internal sealed record NamedTensor(SafetensorsType DType, long[] Shape, TensorBytes Read)
{
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    public bool IsFloat => DType is SafetensorsType.F64 or SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16;
}
