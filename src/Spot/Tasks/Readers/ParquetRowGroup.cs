using System.Text.Json.Nodes;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Spot.Tasks;

/// <summary>One row group in memory, put together row by row from its columns (as in Dremel's record assembly).</summary>
internal sealed class ParquetRowGroup : IDisposable
{
    private readonly ParquetSchema _schema;
    private readonly Dictionary<DataField, ParquetColumn> _columns = new(ReferenceEqualityComparer.Instance);

    private ParquetRowGroup(ParquetSchema schema, long rowCount)
    {
        _schema = schema;
        RowCount = rowCount;
    }

    internal long RowCount { get; }

    internal static async Task<ParquetRowGroup> LoadAsync(ParquetReader reader, int index, CancellationToken cancellationToken)
    {
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(index);

        // The reader makes a new schema whenever it is asked; columns are found by their fields here.
        ParquetSchema schema = reader.Schema;
        ParquetRowGroup group = new(schema, rows.RowCount);
        try
        {
            foreach (DataField field in schema.Fields.SelectMany(Leaves))
            {
                RawColumnData data = await rows.ReadRawColumnDataBaseAsync(field, cancellationToken).ConfigureAwait(false);
                group._columns.Add(field, new ParquetColumn(field, data));
            }

            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (ParquetColumn column in _columns.Values)
        {
            column.Dispose();
        }
    }

    /// <summary>The next row.</summary>
    internal JsonObject Next() => Object(_schema.Fields);

    private JsonObject Object(IReadOnlyList<Field> fields)
    {
        JsonObject row = [];
        foreach (Field field in fields)
        {
            row.Add(field.Name, Value(field));
        }

        return row;
    }

    private JsonNode? Value(Field field)
    {
        switch (field)
        {
            case DataField { IsArray: true } data:
                return List(data, data.MaxDefinitionLevel - (data.IsNullable ? 1 : 0), () => _columns[data].Take());
            case DataField data:
                return _columns[data].Take();
            case StructField group when First(field).Definition < group.MaxDefinitionLevel:
                Skip(field);
                return null;
            case StructField group:
                return Object(group.Fields);
            case ListField list:
                return List(list, list.MaxDefinitionLevel, () => Value(list.Item));
            default:
                throw new InvalidDataException($"the column '{field.Path}' is a {field.SchemaType}; expected values, lists and structures of them");
        }
    }

    // One level below that of an element is the empty list; all below is a list, or something around it, that is null.
    private JsonArray? List(Field field, int elementLevel, Func<JsonNode?> element)
    {
        ParquetColumn first = First(field);
        if (first.Definition < elementLevel)
        {
            bool empty = first.Definition == elementLevel - 1;
            Skip(field);
            return empty ? [] : null;
        }

        JsonArray list = [];
        do
        {
            list.Add(element());
        }
        while (first.Repetition == field.MaxRepetitionLevel);

        return list;
    }

    private ParquetColumn First(Field field)
    {
        while (field is not DataField)
        {
            field = Children(field)[0];
        }

        return _columns[(DataField)field];
    }

    private void Skip(Field field)
    {
        if (field is DataField data)
        {
            _columns[data].Take();
            return;
        }

        foreach (Field child in Children(field))
        {
            Skip(child);
        }
    }

    private static IEnumerable<DataField> Leaves(Field field) => field is DataField leaf ? [leaf] : Children(field).SelectMany(Leaves);

    private static IReadOnlyList<Field> Children(Field field) => field switch
    {
        StructField group => group.Fields,
        ListField list => [list.Item],
        MapField map => [map.Key, map.Value],
        _ => [],
    };
}
