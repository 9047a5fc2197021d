using System.Buffers.Binary;
using System.Text;

namespace Spot.Serialization;

/// <summary>
/// Reads a pickle of tensors: a small machine that knows the opcodes and names which such files need, makes plain values and nothing else.
/// It executes nothing; whatever it does not know it refuses by name.
/// </summary>
/// <remarks>
/// Values: null, bool, long, double, string, <see cref="TorchGlobal"/>, <see cref="TorchStorage"/>, <see cref="TorchTensor"/>, object?[] (tuple),
/// List of object?, <see cref="PickleDict"/>. Every value comes from bytes of the file, so memory is bounded by its size.
/// </remarks>
internal sealed class Unpickler(byte[] bytes, int start, Func<object?[], TorchStorage> storageOf)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly object Mark = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly List<object?> _stack = [];
    private int _at = start;

    /// <summary>The first byte behind what was read.</summary>
    public int Position => _at;

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="FormatException">It is damaged, or holds what no file of tensors needs; the message says what.</exception>
    public object? Read()
    {
        while (true)
        {
            byte opcode = Byte();
            if (opcode == '.')
            {
                return _stack.Count == 1 && !ReferenceEquals(_stack[0], Mark) ? _stack[0] : throw Bad($"{_stack.Count} values at the end, expected one");
            }

            Execute(opcode);
        }
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                byte protocol = Byte();
                if (protocol is < 2 or > 5)
                {
                    throw Bad($"pickle protocol {protocol}, expected 2 … 5");
                }

                break;
            case 0x95: // FRAME
                Take((long)BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), keep: true);
                break;
            case (byte)'(': Push(Mark); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 0x8A: Push(Long(Take(Byte()))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X': Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case 0x8C: Push(Text(Byte())); break;
            case (byte)'}': Push(new PickleDict()); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(PopMany(1)); break;
            case 0x86: Push(PopMany(2)); break;
            case 0x87: Push(PopMany(3)); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'s': Set(PopMany(2)); break;
            case (byte)'u': Set(PopToMark()); break;
            case (byte)'q': Memoize(Byte()); break;
            case (byte)'r': Memoize(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case 0x94: Memoize((uint)_memo.Count); break;
            case (byte)'h': Recall(Byte()); break;
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case (byte)'c': Push(Global(Line(), Line())); break;
            case 0x93: // STACK_GLOBAL
                object?[] names = PopMany(2);
                Push(Global(names[0] as string ?? throw Bad("a name that is no text"), names[1] as string ?? throw Bad("a name that is no text")));
                break;
            case (byte)'Q': Push(storageOf(Pop() as object?[] ?? throw Bad("a persistent id that is no tuple"))); break;
            case (byte)'R': Reduce(); break;
            case (byte)'b': // BUILD: attributes of an ordered dictionary are of no use here
                Pop();
                _ = Peek() as PickleDict ?? throw Bad("attributes (BUILD) of something else than an ordered dictionary");
                break;
            default:
                throw Bad($"the opcode 0x{opcode:X2}, which no file of tensors needs");
        }
    }

    private void Reduce()
    {
        object?[] pair = PopMany(2);
        object?[] arguments = pair[1] as object?[] ?? throw Bad("a call without a tuple of arguments");
        Push(pair[0] switch
        {
            TorchGlobal.OrderedDict when arguments.Length == 0 => new PickleDict(),
            TorchGlobal.RebuildTensor when arguments is [TorchStorage storage, long offset, object?[] shape, object?[] strides, bool, ..] && arguments.Length is 6 or 7 =>
                TorchTensor.Create(storage, offset, Longs(shape), Longs(strides)),
            TorchGlobal.RebuildParameter when arguments is [TorchTensor tensor, bool, _] => tensor,
            TorchGlobal global => throw Bad($"{global} called with unexpected arguments"),
            _ => throw Bad("a call of something that cannot be called"),
        });
    }

    private static TorchGlobal Global(string module, string name) => TorchGlobals.Find(module, name) ?? throw Bad(
        $"the name {SafetensorsHeader.Quote(module + "." + name)}, expected tensors and plain values only. The file may try to run code; it is not loaded");

    private void Append(object?[] values)
    {
        List<object?> list = Peek() as List<object?> ?? throw Bad("items for something that is no list");
        list.AddRange(values);
    }

    private void Set(object?[] values)
    {
        PickleDict dictionary = Peek() as PickleDict ?? throw Bad("items for something that is no dictionary");
        for (int i = 0; i < values.Length; i += 2)
        {
            if (i + 1 == values.Length || values[i] is not (string or long) || !dictionary.TryAdd(values[i]!, values[i + 1]))
            {
                throw Bad("a dictionary key without a value, of another type than text or number, or twice");
            }
        }
    }

    private void Memoize(uint index)
    {
        _memo[index] = index < bytes.Length ? Peek() : throw Bad($"the memo index {index} in {bytes.Length} bytes");
    }

    private void Recall(uint index) => Push(_memo.TryGetValue(index, out object? value) ? value : throw Bad($"memo {index}, which was never set"));

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > 0 && !ReferenceEquals(_stack[^1], Mark) ? _stack[^1] : throw Bad("an empty stack");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            values[i] = Pop();
        }

        return values;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.FindLastIndex(value => ReferenceEquals(value, Mark));
        object?[] values = mark < 0 ? throw Bad("no mark") : [.. _stack.Skip(mark + 1)];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(long count, bool keep = false)
    {
        if (count < 0 || count > bytes.Length - _at)
        {
            throw Bad($"{(ulong)count} bytes wanted where {bytes.Length - _at} are left");
        }

        ReadOnlySpan<byte> taken = bytes.AsSpan(_at, (int)count);
        _at += keep ? 0 : (int)count;
        return taken;
    }

    private string Text(long length)
    {
        try
        {
            return Utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad("a text that is not UTF-8");
        }
    }

    private string Line()
    {
        int end = Array.IndexOf(bytes, (byte)'\n', _at);
        string line = Text(end < 0 ? throw Bad("a name without an end") : end - _at);
        _at++;
        return line;
    }

    private static object Long(ReadOnlySpan<byte> value)
    {
        if (value.Length > sizeof(long))
        {
            return Convert.ToHexString(value) is var hex && value.Length <= 16 ? new PickleHuge(hex) : throw Bad($"a number of {value.Length} bytes");
        }

        long number = value.Length > 0 && (value[^1] & 0x80) != 0 ? -1 : 0;
        for (int i = value.Length - 1; i >= 0; i--)
        {
            number = (number << 8) | value[i];
        }

        return number;
    }

    private static long[] Longs(object?[] values) => [.. values.Select(value => value as long? ?? throw Bad("a size that is no whole number"))];

    private static FormatException Bad(string found) => new($"found {found}");
}

/// <summary>A number that fits no long, as its bytes in hex; only the magic number of old files is one.</summary>
internal sealed record PickleHuge(string Hex);

/// <summary>A dictionary in the order of its file.</summary>
internal sealed class PickleDict
{
    private readonly Dictionary<object, object?> _values = [];

    public List<object> Keys { get; } = [];

    public object? this[object key] => _values.GetValueOrDefault(key);

    public bool TryAdd(object key, object? value)
    {
        if (!_values.TryAdd(key, value))
        {
            return false;
        }

        Keys.Add(key);
        return true;
    }
}
