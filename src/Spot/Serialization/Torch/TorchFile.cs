using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Spot.Serialization;

/// <summary>
/// A file that torch.save wrote (.bin, .pt): a zip archive, or the older stream. Only tensors and plain values are read; nothing in the file is
/// executed.
/// </summary>
/// <remarks>Safe for concurrent reads. Dispose it when no read is running.</remarks>
internal sealed class TorchFile : IDisposable
{
    private const int MostPickle = 1 << 26, MostVersion = 10;
    private const string LegacyMagic = "6CFC9C46F9206AA85019"; // of 1.5 and earlier, little-endian
    private readonly FileBytes _file;
    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);
    private readonly WeakReference<(TorchTensor Tensor, byte[] Bytes)?[]> _gathered = new([null]);

    private TorchFile(FileBytes file) => _file = file;

    /// <summary>What was saved; see <see cref="Unpickler"/> for its types.</summary>
    public object? Root { get; private set; }

    /// <summary>Whether numbers have their high byte first.</summary>
    public bool BigEndian { get; private set; }

    /// <summary>The tensors of a saved dictionary by name; empty where something else was saved.</summary>
    public Dictionary<string, TorchTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Opens a file, reads its pickle and checks that all tensors lie inside the file.</summary>
    /// <exception cref="InvalidDataException">It is no such file, is damaged, or holds more than tensors and plain values.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TorchFile Open(string path)
    {
        TorchFile file = new(new FileBytes(path));
        try
        {
            file.Load();
            return file;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            file.Dispose();
            throw new InvalidDataException($"'{path}': {e.Message.TrimEnd('.')}. Expected a file of tensors as torch.save writes it; if you trust its source, convert it to safetensors there.", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensor's first byte in the file where it can be used as it lies there; null where it must be read.</summary>
    public long? OffsetOf(TorchTensor tensor) =>
        tensor.IsContiguous && !BigEndian ? tensor.Storage.Offset + (tensor.Start * SafetensorsTypes.Size(tensor.Storage.DType)) : null;

    /// <summary>Reads bytes of a tensor, row-major and little-endian.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="destination">Filled completely.</param>
    /// <param name="start">The first byte, counted from the tensor's first.</param>
    /// <exception cref="InvalidDataException">The file has shrunk, or the tensor is not stored row by row and too large to be put in order.</exception>
    public void Read(TorchTensor tensor, Span<byte> destination, long start)
    {
        if (OffsetOf(tensor) is { } offset)
        {
            _file.Read(offset + start, destination);
        }
        else
        {
            try
            {
                Gathered(tensor).AsSpan(checked((int)start), destination.Length).CopyTo(destination);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new InvalidDataException($"{_file}: a tensor of shape [{string.Join(", ", tensor.Shape)}] cannot be put in order: {e.Message.TrimEnd('.')}.", e);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private void Load()
    {
        ReadOnlySpan<byte> first = _file.Length >= 4 ? _file.Read(0, 4) : throw new FormatException($"found {_file.Length} bytes");
        if (first is [(byte)'P', (byte)'K', ..])
        {
            LoadZip();
        }
        else
        {
            LoadLegacy();
        }

        if (Root is PickleDict dictionary)
        {
            foreach (object key in dictionary.Keys)
            {
                if (key is string name && dictionary[key] is TorchTensor tensor)
                {
                    Tensors[name] = tensor;
                }
            }
        }
    }

    private void LoadZip()
    {
        Dictionary<string, TorchMember> members = TorchZip.Members(_file);
        string[] pickles = [.. members.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1)];
        string folder = pickles.Length == 1 ? pickles[0][..^"data.pkl".Length] : throw new FormatException($"found {pickles.Length} members 'data.pkl' in folders, expected one");
        if (members.ContainsKey(folder + "constants.pkl"))
        {
            throw new FormatException("found a TorchScript program, expected a dictionary of tensors (a state dict)");
        }

        if (!members.TryGetValue(folder + "version", out TorchMember version) || version.Length > 8
            || !int.TryParse(Encoding.ASCII.GetString(_file.Read(version.Offset, (int)version.Length)), CultureInfo.InvariantCulture, out int number) || number is < 1 or > MostVersion)
        {
            throw new FormatException($"found no version of the archive's layout from 1 to {MostVersion}");
        }

        if (members.TryGetValue(folder + "byteorder", out TorchMember order))
        {
            string text = order.Length <= 8 ? Encoding.ASCII.GetString(_file.Read(order.Offset, (int)order.Length)) : "";
            BigEndian = text is "little" or "big" ? text == "big" : throw new FormatException($"found the byte order {SafetensorsHeader.Quote(text)}, expected little or big");
        }

        members[pickles[0]].Check(_file, pickles[0]);
        Unpickler unpickler = Pickle(members[pickles[0]]);
        Root = unpickler.Read();
        if (unpickler.Position != members[pickles[0]].Length)
        {
            throw new FormatException("found bytes behind the pickle");
        }

        foreach (TorchStorage storage in _storages.Values)
        {
            long wanted = checked(storage.Count * SafetensorsTypes.Size(storage.DType));
            string name = $"{folder}data/{storage.Key}";
            TorchMember member = members.TryGetValue(name, out TorchMember found) ? found : throw new FormatException($"found no member {SafetensorsHeader.Quote(name)}");
            storage.Offset = member.Length == wanted ? member.Offset : throw new FormatException($"storage {SafetensorsHeader.Quote(storage.Key)} has {member.Length} bytes, expected {wanted}");
            member.Check(_file, name);
        }
    }

    private Unpickler Pickle(TorchMember member) => member.Length <= MostPickle
        ? new Unpickler(_file.Read(member.Offset, (int)member.Length), 0, Storage)
        : throw new FormatException($"found a pickle of {member.Length} bytes, expected at most {MostPickle}");

    private void LoadLegacy()
    {
        byte[] head = _file.Read(0, (int)Math.Min(_file.Length, MostPickle));
        int at = 0;
        object? Next()
        {
            Unpickler unpickler = new(head, at, Storage);
            object? value = unpickler.Read();
            at = unpickler.Position;
            return value;
        }

        if (Next() is not PickleHuge { Hex: LegacyMagic } || Next() is not 1001L)
        {
            throw new FormatException("found neither a zip archive nor the magic number of older files");
        }

        BigEndian = Next() is PickleDict system && system["little_endian"] is bool little ? !little : throw new FormatException("found no byte order");
        if (BigEndian)
        {
            throw new FormatException("found an old file of a big-endian machine");
        }

        Root = Next();
        List<object?> keys = Next() as List<object?> ?? throw new FormatException("found no list of storages");
        long offset = at;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (object? key in keys)
        {
            TorchStorage storage = key is string name && seen.Add(name) && _storages.TryGetValue(name, out TorchStorage? found)
                ? found : throw new FormatException("found a storage that no tensor uses, or one twice");
            long count = BinaryPrimitives.ReadInt64LittleEndian(_file.Read(offset, 8));
            storage.Offset = offset + 8;
            offset = checked(storage.Offset + (storage.Count * SafetensorsTypes.Size(storage.DType)));
            if (count != storage.Count || offset > _file.Length)
            {
                throw new FormatException($"storage {SafetensorsHeader.Quote(storage.Key)} has {count} elements and ends at {offset} of {_file.Length}, expected {storage.Count} inside the file");
            }
        }

        if (seen.Count != _storages.Count || offset != _file.Length)
        {
            throw new FormatException($"found {seen.Count} of {_storages.Count} storages, and {_file.Length - offset} bytes behind them");
        }
    }

    // ('storage', type, key, device, elements), and in old files a sixth value for views.
    private TorchStorage Storage(object?[] id)
    {
        if (id is not ["storage", TorchGlobal global, string key, string, long count, ..] || id.Length > 6 || (id.Length == 6 && id[5] is not null)
            || TorchGlobals.ElementType(global) is not { } type || count < 0 || count > long.MaxValue / 8 || key.Length == 0 || !key.All(char.IsAsciiLetterOrDigit))
        {
            throw new FormatException("found a persistent id that names no storage");
        }

        TorchStorage storage = new(key, type, count);
        if (!_storages.TryAdd(key, storage) && (_storages[key].DType, _storages[key].Count) != (type, count))
        {
            throw new FormatException($"found the storage {SafetensorsHeader.Quote(key)} with two types or sizes");
        }

        return _storages[key];
    }

    // Large tensors are read piece by piece, so the last one stays while memory lasts.
    private byte[] Gathered(TorchTensor tensor)
    {
        if (_gathered.TryGetTarget(out (TorchTensor Tensor, byte[] Bytes)?[]? kept) && kept[0] is { } last && ReferenceEquals(last.Tensor, tensor))
        {
            return last.Bytes;
        }

        int size = SafetensorsTypes.Size(tensor.Storage.DType);
        long reach = tensor.ElementCount == 0 ? 0 : 1 + tensor.Shape.Zip(tensor.Strides, (count, stride) => (count - 1) * stride).Sum();
        byte[] source = _file.Read(tensor.Storage.Offset + (tensor.Start * size), checked((int)(reach * size)));
        byte[] gathered = new byte[checked((int)(tensor.ElementCount * size))];
        long[] index = new long[tensor.Shape.Length];
        long from = 0;
        for (int to = 0; to < gathered.Length; to += size)
        {
            source.AsSpan((int)(from * size), size).CopyTo(gathered.AsSpan(to));
            for (int axis = index.Length - 1; axis >= 0; axis--)
            {
                from += tensor.Strides[axis];
                if (++index[axis] < tensor.Shape[axis])
                {
                    break;
                }

                from -= index[axis] * tensor.Strides[axis];
                index[axis] = 0;
            }

            if (BigEndian)
            {
                gathered.AsSpan(to, size).Reverse();
            }
        }

        _gathered.SetTarget([(tensor, gathered)]);
        return gathered;
    }
}
