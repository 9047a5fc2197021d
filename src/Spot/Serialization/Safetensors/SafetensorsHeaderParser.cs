using System.Collections.Immutable;
using System.Text.Json;

namespace Spot.Serialization;

/// <summary>Reads the JSON of a safetensors header, strictly: what two readers could read differently is refused.</summary>
internal ref struct SafetensorsHeaderParser
{
    // Tensors have at most a handful of dimensions; the limit keeps a hostile header from costing more than it holds.
    private const int MaxRank = 64;

    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly string _source;
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    internal SafetensorsHeaderParser(ReadOnlySpan<byte> json, long dataStart, long dataLength, string source)
    {
        _json = json;
        _dataStart = dataStart;
        _dataLength = dataLength;
        _source = source;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
    }

    internal Dictionary<string, SafetensorsTensor> Tensors { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    internal void Parse()
    {
        if (_json.IsEmpty || _json[0] != '{')
        {
            throw SafetensorsHeader.Error(_source, null, "a header that does not begin with {", "a JSON object");
        }

        try
        {
            ParseObject();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8 or UTF-16.
            throw SafetensorsHeader.Error(_source, null, $"a header that is no valid JSON ({exception.Message})", "a JSON object", exception);
        }
    }

    private void ParseObject()
    {
        bool metadataSeen = false;
        _reader.Read();
        while (ReadName(out string name))
        {
            if (name != "__metadata__")
            {
                if (!Tensors.TryAdd(name, ParseTensor(name)))
                {
                    throw SafetensorsHeader.Error(_source, name, "the name twice", "distinct names");
                }
            }
            else if (metadataSeen)
            {
                throw SafetensorsHeader.Error(_source, null, "__metadata__ twice", "it once");
            }
            else
            {
                metadataSeen = true;
                ParseMetadata();
            }
        }

        if (_reader.Read() || _reader.BytesConsumed != _json.Length)
        {
            throw SafetensorsHeader.Error(_source, null, "text behind the header's JSON", "nothing but spaces");
        }
    }

    private void ParseMetadata()
    {
        Expect(JsonTokenType.StartObject, null, "an object of texts as __metadata__");
        while (ReadName(out string key))
        {
            Expect(JsonTokenType.String, null, $"a text as metadata {SafetensorsHeader.Quote(key)}");
            if (!Metadata.TryAdd(key, _reader.GetString()!))
            {
                throw SafetensorsHeader.Error(_source, null, $"metadata {SafetensorsHeader.Quote(key)} twice", "it once");
            }
        }
    }

    private SafetensorsTensor ParseTensor(string name)
    {
        string? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        while (ReadName(out string field))
        {
            switch (field)
            {
                case "dtype" when dtype is null:
                    Expect(JsonTokenType.String, name, "a text as dtype");
                    dtype = _reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(name, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(name, field);
                    break;
                default:
                    throw SafetensorsHeader.Error(
                        _source, name, $"the field {SafetensorsHeader.Quote(field)}", "dtype, shape and data_offsets, each once");
            }
        }

        return dtype is null || shape is null || offsets is null
            ? throw SafetensorsHeader.Error(
                _source, name, $"no {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}", "dtype, shape and data_offsets")
            : MakeTensor(name, dtype, [.. shape], offsets);
    }

    private readonly SafetensorsTensor MakeTensor(string name, string dtype, ImmutableArray<long> shape, List<long> offsets)
    {
        SafetensorsType type = SafetensorsTypes.Parse(dtype)
            ?? throw SafetensorsHeader.Error(_source, name, $"the dtype {SafetensorsHeader.Quote(dtype)}", SafetensorsTypes.Known);
        string sizes = string.Join(" x ", shape);
        long bytes = SafetensorsTypes.ByteCount(type, shape.AsSpan())
            ?? throw SafetensorsHeader.Error(_source, name, $"the shape [{sizes}]", "dimensions from 0, less than 2^63 bytes in all");
        if (offsets.Count != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > _dataLength)
        {
            throw SafetensorsHeader.Error(
                _source, name, $"the data_offsets [{string.Join(", ", offsets)}]", $"begin and end within the {_dataLength} bytes of data");
        }

        return offsets[1] - offsets[0] == bytes
            ? new SafetensorsTensor(name, type, shape, _dataStart + offsets[0], bytes)
            : throw SafetensorsHeader.Error(
                _source, name, $"{offsets[1] - offsets[0]} bytes", $"{bytes} for {dtype} [{sizes}]");
    }

    private List<long> ParseNumbers(string name, string field)
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray, name, $"an array as {field}");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long number) || numbers.Count == MaxRank)
            {
                throw SafetensorsHeader.Error(
                    _source, name, $"a {_reader.TokenType} in {field} that does not fit", $"at most {MaxRank} integers below 2^63");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>Reads the next name of an object; false at its end.</summary>
    private bool ReadName(out string name)
    {
        _reader.Read();
        name = _reader.TokenType == JsonTokenType.PropertyName ? _reader.GetString()! : "";
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    private void Expect(JsonTokenType type, string? tensor, string expected)
    {
        _reader.Read();
        if (_reader.TokenType != type)
        {
            throw SafetensorsHeader.Error(_source, tensor, $"a {_reader.TokenType}", expected);
        }
    }
}
