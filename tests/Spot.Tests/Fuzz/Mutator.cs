using System.Buffers.Binary;
using System.Text;

namespace Spot.Tests.Fuzz;

/// <summary>Damages bytes in the ways that find faults: flipped bits, moved, repeated and missing parts, extreme numbers, odd words.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly long[] Numbers =
        [0, 1, -1, 2, 7, 8, 16, 127, 128, 255, 256, 1000, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue, long.MaxValue / 4];

    private static readonly string[] Words =
    [
        "null", "true", "{", "}", "[", "]", "\"", ",", ":", "-1", "0", "1e400", "5.0", "99999999999999999999", "4294967297", "\"\\ud800\"", "\\u0000", "'", "(", ")", "/", "..",
        "__metadata__", "\"shape\":[1,1]", "\"dtype\":\"I64\"", "PREFIX_TUNING", "NaN", "\n", "L", "True", "|O", "\0",
    ];

    /// <summary>A damaged copy: mostly one wound, sometimes several.</summary>
    public byte[] Mutate(byte[] bytes)
    {
        List<byte> copy = [.. bytes];
        for (int wounds = random.Next(4) == 0 ? random.Next(2, 9) : 1; wounds > 0; wounds--)
        {
            Wound(copy);
        }

        return [.. copy];
    }

    private void Wound(List<byte> bytes)
    {
        int at = random.Next(bytes.Count + 1), length = Math.Min(random.Next(1, random.Next(2) == 0 ? 9 : 65), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Encoding.Latin1.GetBytes(Words[random.Next(Words.Length)]));
                break;
            case 5:
                byte[] word = Encoding.Latin1.GetBytes(Words[random.Next(Words.Length)]);
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 6:
                Number(bytes, at);
                break;
            case 7 when length > 0:
                List<byte> part = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), part);
                break;
            case 8 when random.Next(3) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                Digits(bytes, at);
                break;
        }
    }

    private void Number(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, Numbers[random.Next(Numbers.Length)] + random.Next(-1, 2));
        number = number[..(1 << random.Next(4))];
        if (random.Next(4) == 0)
        {
            number.Reverse();
        }

        for (int i = 0; i < number.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    /// <summary>Writes another number over the next decimal one.</summary>
    private void Digits(List<byte> bytes, int from)
    {
        int start = bytes.FindIndex(from, b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
        {
            return;
        }

        int end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(FormattableString.Invariant($"{Numbers[random.Next(Numbers.Length)]}")));
    }
}
