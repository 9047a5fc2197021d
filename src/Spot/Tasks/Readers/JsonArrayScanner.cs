namespace Spot.Tasks;

/// <summary>Cuts a JSON array of objects into its elements, with no more than one of them in memory.</summary>
internal sealed class JsonArrayScanner(DataFileSettings settings, DataStream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private byte[] _element = new byte[4096];
    private int _elementLength;
    private int _position;
    private int _end;
    private long _line = 1;

    private string Here => LineReader.PlaceOf(settings, _line);

    /// <summary>The text of each element and its place.</summary>
    internal IEnumerable<(string Text, string Place)> Elements()
    {
        int next = NextVisible();
        if (next < 0)
        {
            yield break;
        }

        if (next != '[')
        {
            throw new InvalidDataException($"{Here}: found {Show(next)}, expected the [ of an array of objects. For one object a line set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Format)} to {nameof(DataFileFormat.JsonLines)}.");
        }

        next = NextVisible();
        for (long row = 1; next != ']'; row++)
        {
            string place = $"'{settings.Path}', row {row} (line {_line})";
            if (next != '{')
            {
                throw new InvalidDataException($"{place}: found {Show(next)}, expected an object.");
            }

            ReadObject(place);
            yield return (LineReader.Decode(settings, _element.AsSpan(0, _elementLength), place), place);
            next = NextVisible();
            if (next == ',')
            {
                next = NextVisible();
                next = next != ']' ? next : throw new InvalidDataException($"{Here}: found ], expected an object after the comma.");
            }
            else if (next != ']')
            {
                throw new InvalidDataException($"{Here}: found {Show(next)} after row {row}, expected a comma or ].");
            }
        }

        next = NextVisible();
        if (next >= 0)
        {
            throw new InvalidDataException($"{Here}: found {Show(next)} after the array's end, expected nothing.");
        }
    }

    private static string Show(int value) => value < 0 ? "the file's end" : value is > ' ' and < 127 ? $"'{(char)value}'" : $"the byte 0x{value:X2}";

    // Only finds the end; whether it is JSON, the parser says.
    private void ReadObject(string place)
    {
        _elementLength = 0;
        Append((byte)'{', place);
        bool text = false;
        for (int depth = 1; depth > 0;)
        {
            int next = Next();
            if (next < 0)
            {
                throw new InvalidDataException($"{place}: the file ends inside this object; expected its }} and the ] of the array.");
            }

            Append((byte)next, place);
            if (text && next == '\\')
            {
                next = Next();
                if (next >= 0)
                {
                    Append((byte)next, place);
                }
            }
            else if (next == '"')
            {
                text = !text;
            }
            else if (!text)
            {
                depth += next is '{' or '[' ? 1 : next is '}' or ']' ? -1 : 0;
            }
        }
    }

    private void Append(byte value, string place)
    {
        if (_elementLength == _element.Length)
        {
            if (LineReader.IsTooLong(settings, _elementLength))
            {
                throw LineReader.TooLong(settings, place);
            }

            Array.Resize(ref _element, (int)Math.Min(2L * _element.Length, Array.MaxLength));
        }

        _element[_elementLength++] = value;
    }

    private int NextVisible()
    {
        int next;
        do
        {
            next = Next();
        }
        while (next is ' ' or '\t' or '\r' or '\n');

        return next;
    }

    private int Next()
    {
        if (_position == _end)
        {
            _position = 0;
            _end = stream.Read(_buffer);
            if (_end == 0)
            {
                return -1;
            }
        }

        byte next = _buffer[_position++];
        if (next == '\n')
        {
            stream.Lines = _line++;
        }

        return next;
    }
}
