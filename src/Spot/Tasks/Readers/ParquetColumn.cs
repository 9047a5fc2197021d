using System.Globalization;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Spot.Tasks;

/// <summary>The values of one leaf of a schema in one row group, taken in order with the levels that tell nulls and lists.</summary>
internal sealed class ParquetColumn : IDisposable
{
    private readonly RawColumnData _data;
    private readonly DataField _field;
    private readonly Func<int, JsonNode?> _value;
    private int _position;
    private int _values;

    internal ParquetColumn(DataField field, RawColumnData data)
    {
        _field = field;
        _data = data;
        _value = Values(field, data);
    }

    /// <summary>How much of the path to the next value is there: less than the field's highest level is a null or an empty list.</summary>
    internal int Definition => _field.MaxDefinitionLevel == 0 ? 0 : _data.DefinitionLevels[_position];

    /// <summary>Which list the next value continues: 0 begins a row; -1 at the end.</summary>
    internal int Repetition => _field.MaxRepetitionLevel == 0 ? 0 : _position < _data.RepetitionLevels.Length ? _data.RepetitionLevels[_position] : -1;

    public void Dispose() => _data.Dispose();

    /// <summary>Takes the next value, which may be null.</summary>
    internal JsonNode? Take()
    {
        bool defined = Definition == _field.MaxDefinitionLevel;
        _position++;
        return defined ? _value(_values++) : null;
    }

    private static Func<int, JsonNode?> Values(DataField field, RawColumnData data) => data switch
    {
        RawColumnData<ReadOnlyMemory<char>> texts => index => JsonValue.Create(texts.Values[index].ToString()),
        RawColumnData<ReadOnlyMemory<byte>> bytes => index => JsonValue.Create(Convert.ToBase64String(bytes.Values[index].Span)),
        RawColumnData<bool> flags => index => JsonValue.Create(flags.Values[index]),
        RawColumnData<sbyte> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<byte> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<short> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<ushort> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<int> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<uint> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<long> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<ulong> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<decimal> numbers => index => JsonValue.Create(numbers.Values[index]),
        RawColumnData<float> numbers => index => float.IsNaN(numbers.Values[index]) ? null : JsonValue.Create(Finite(numbers.Values[index])),
        RawColumnData<double> numbers => index => double.IsNaN(numbers.Values[index]) ? null : JsonValue.Create(Finite(numbers.Values[index])),
        RawColumnData<DateTime> times => index => JsonValue.Create(times.Values[index].ToString("O", CultureInfo.InvariantCulture)),
        _ => throw new InvalidDataException($"the column '{field.Path}' holds values of the type {field.ClrType.Name}; expected text, numbers, truth values or times"),
    };

    // JSON knows no infinity. Data frames write a missing number as NaN, which is a null here.
    private static T Finite<T>(T value)
        where T : System.Numerics.INumberBase<T> => T.IsFinite(value) ? value : throw new InvalidDataException("found an infinite number, expected a finite one");
}
