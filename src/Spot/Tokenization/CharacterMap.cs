using System.Buffers.Binary;
using System.Text.Unicode;

namespace Spot.Tokenization;

/// <summary>The precompiled character map of a SentencePiece model: rewrite rules over UTF-8, of which the longest that fits applies.</summary>
/// <remarks>
/// The rules lie in a double array in the format of Darts-clone. A unit has the label of its edge in bits 0–7 (bit 31 marks a
/// value), whether a rule ends there in bit 8, and the distance to its children in bits 10–30, in steps of 256 if bit 9 is set.
/// </remarks>
internal sealed class CharacterMap : ITextRules
{
    private readonly uint[] _units = [];
    private readonly byte[] _replacements = [];

    /// <summary>Takes the map apart and checks it, so that a look-up cannot leave it and finds nothing but well-formed UTF-8.</summary>
    public CharacterMap(ReadOnlySpan<byte> blob, string source)
    {
        if (blob.IsEmpty)
        {
            return;
        }

        uint size = blob.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(blob);
        bool whole = size < blob.Length - 4 && size % 1024 == 0 && size > 0 && blob[^1] == 0;
        if (!whole || !Utf8.IsValid(blob[(4 + (int)size)..]))
        {
            throw Bad(source, whole ? "its replacements are not UTF-8" : "its parts do not fit together");
        }

        _units = new uint[size / 4];
        _replacements = blob[(4 + (int)size)..].ToArray();
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        for (int i = 0; i < _units.Length; i++)
        {
            uint unit = _units[i];
            uint children = (uint)i ^ Distance(unit);
            bool value = unit >> 31 != 0;
            if (value ? i == 0 : children >= _units.Length || (EndsRule(unit) && !StartsReplacement(Value(_units[children]))))
            {
                throw Bad(source, $"unit {i} points nowhere");
            }
        }

        if (HasCircle())
        {
            throw Bad(source, "its rules have no end");
        }
    }

    /// <summary>Finds the longest rule at the start of a text.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    /// <param name="replacement">What stands in its place: UTF-8, possibly nothing.</param>
    /// <returns>The number of bytes that the rule takes; 0 if there is none.</returns>
    public int Match(ReadOnlySpan<byte> utf8, out ReadOnlySpan<byte> replacement)
    {
        replacement = default;
        uint[] units = _units;
        if (units.Length == 0)
        {
            return 0;
        }

        int longest = 0;
        uint value = 0;
        uint node = Distance(units[0]);
        for (int i = 0; i < utf8.Length; i++)
        {
            node ^= utf8[i];
            uint unit = units[node];
            if ((unit & 0x8000_00FF) != utf8[i])
            {
                break;
            }

            node ^= Distance(unit);
            if (EndsRule(unit) && (i + 1 == utf8.Length || !IsContinuation(utf8[i + 1])))
            {
                longest = i + 1;
                value = Value(units[node]);
            }
        }

        if (longest > 0)
        {
            ReadOnlySpan<byte> rest = _replacements.AsSpan((int)value);
            replacement = rest[..rest.IndexOf((byte)0)];
        }

        return longest;
    }

    /// <summary>For each ASCII character: whether it stays as it is whenever another ASCII character, or nothing, follows.</summary>
    public bool[] PlainAscii()
    {
        bool[] plain = new bool[128];
        for (byte first = 0; first < 128; first++)
        {
            int length = Match([first], out ReadOnlySpan<byte> replacement);
            plain[first] = length == 0 || (replacement.Length == 1 && replacement[0] == first);
            for (byte second = 0; second < 128 && plain[first]; second++)
            {
                plain[first] = !HasPrefix(first, second);
            }
        }

        return plain;
    }

    private bool HasPrefix(byte first, byte second)
    {
        if (_units.Length == 0)
        {
            return false;
        }

        uint node = Distance(_units[0]) ^ first;
        if ((_units[node] & 0x8000_00FF) != first)
        {
            return false;
        }

        node ^= Distance(_units[node]) ^ second;
        return (_units[node] & 0x8000_00FF) == second;
    }

    /// <summary>
    /// Whether a walk from the root can come to a place again. Rules that end alike share their last units, so a unit may be reached on several
    /// ways, but never from below itself.
    /// </summary>
    private bool HasCircle()
    {
        // Units by the place that their parents' distance leads to: the first of each place, and behind each unit the next one.
        int[] first = new int[_units.Length], next = new int[_units.Length];
        Array.Fill(first, -1);
        for (int i = 0; i < _units.Length; i++)
        {
            if (_units[i] >> 31 == 0 && (i ^ (int)(_units[i] & 0xFF)) is var place && place < first.Length)
            {
                next[i] = first[place];
                first[place] = i;
            }
        }

        bool[] entered = new bool[_units.Length], left = new bool[_units.Length];
        Stack<(int Place, int Unit)> walk = new();
        int at = Children(0), unit = first[at];
        entered[at] = true;
        while (true)
        {
            if (unit < 0)
            {
                left[at] = true;
                if (!walk.TryPop(out (int Place, int Unit) above))
                {
                    return false;
                }

                (at, unit) = (above.Place, next[above.Unit]);
                continue;
            }

            int below = Children(unit);
            if (!entered[below])
            {
                walk.Push((at, unit));
                (at, unit) = (below, first[below]);
                entered[at] = true;
            }
            else if (left[below])
            {
                unit = next[unit];
            }
            else
            {
                return true;
            }
        }
    }

    private int Children(int unit) => (int)((uint)unit ^ Distance(_units[unit]));

    private bool StartsReplacement(uint value) => value < _replacements.Length && !IsContinuation(_replacements[value]);

    private static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;

    private static uint Distance(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    private static bool EndsRule(uint unit) => (unit & 0x100) != 0;

    private static uint Value(uint unit) => unit & 0x7FFF_FFFF;

    private static InvalidDataException Bad(string source, string what) =>
        new($"{source} is not a T5 vocabulary: its character map is damaged ({what}). Fetch it again.");
}
