using System.Globalization;

namespace Spot.Serialization;

/// <summary>The header of a NumPy file: a Python dictionary of three keys, read by a grammar that knows just what such headers hold.</summary>
/// <param name="Description">The type of the elements.</param>
/// <param name="Fortran">Whether elements lie column by column.</param>
/// <param name="Shape">The dimensions.</param>
internal sealed record NpyHeader(string Description, bool Fortran, IReadOnlyList<long> Shape)
{
    private const int MostDimensions = 32; // numpy's limit until 2.0

    /// <exception cref="FormatException">It is anything else.</exception>
    public static NpyHeader Parse(string text) => new Parser(text).Header();

    private ref struct Parser(string text)
    {
        private ReadOnlySpan<char> _rest = text;

        public NpyHeader Header()
        {
            string? description = null;
            bool? fortran = null;
            List<long>? shape = null;
            Expect('{');
            while (!Skip('}'))
            {
                string key = Quoted();
                Expect(':');
                switch (key)
                {
                    case "descr" when description is null:
                        description = Quoted();
                        break;
                    case "fortran_order" when fortran is null:
                        fortran = Word() switch { "True" => true, "False" => false, var word => throw Bad($"{SafetensorsHeader.Quote(word)} as fortran_order") };
                        break;
                    case "shape" when shape is null:
                        shape = Tuple();
                        break;
                    default:
                        throw Bad($"the key {SafetensorsHeader.Quote(key)}, expected descr, fortran_order and shape, each once");
                }

                if (!Skip(','))
                {
                    Expect('}');
                    break;
                }
            }

            return Next() == '\0' && _rest.IsEmpty && description is not null && fortran is { } order && shape is not null
                ? new NpyHeader(description, order, shape)
                : throw Bad("a header with a key missing or text behind it");
        }

        private List<long> Tuple()
        {
            List<long> values = [];
            Expect('(');
            while (!Skip(')'))
            {
                values.Add(values.Count < MostDimensions ? Number() : throw Bad($"more than {MostDimensions} dimensions"));
                if (!Skip(','))
                {
                    Expect(')');
                    break;
                }
            }

            return values;
        }

        private long Number()
        {
            string word = Word();
            string digits = word.EndsWith('L') ? word[..^1] : word; // Python 2 wrote 5L
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw Bad($"the dimension {SafetensorsHeader.Quote(word)}");
        }

        private string Word()
        {
            Next();
            int length = _rest.IndexOfAnyExceptInRange('0', 'z') is var end && end < 0 ? _rest.Length : end;
            string word = _rest[..length].ToString();
            _rest = _rest[length..];
            return word;
        }

        private string Quoted()
        {
            char quote = Next();
            int end = quote is '\'' or '"' ? _rest[1..].IndexOf(quote) : -1;
            string value = end < 0 ? throw Bad("something else than a text in quotes") : _rest.Slice(1, end).ToString();
            _rest = _rest[(end + 2)..];
            return value.Contains('\\', StringComparison.Ordinal) ? throw Bad("a text with a backslash") : value;
        }

        private void Expect(char c)
        {
            if (!Skip(c))
            {
                throw Bad($"a header without the '{c}' that is due");
            }
        }

        private bool Skip(char c)
        {
            if (Next() != c)
            {
                return false;
            }

            _rest = _rest[1..];
            return true;
        }

        /// <summary>The next character behind white space, which stays; '\0' at the end.</summary>
        private char Next()
        {
            _rest = _rest.TrimStart(" \t\n");
            return _rest.IsEmpty ? '\0' : _rest[0];
        }

        private static FormatException Bad(string found) => new($"found {found}");
    }
}
