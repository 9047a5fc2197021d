using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Serialization;

namespace Spot.Tasks;

/// <summary>Rows of Parquet, a row group at a time.</summary>
internal static class ParquetRows
{
    public static IEnumerable<DataRow> Read(Stream stream, string path)
    {
        int groups = Try(path, async () =>
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
            return reader.RowGroupCount;
        });
        int number = 0;
        for (int group = 0; group < groups; group++)
        {
            stream.Position = 0;
            int current = group;
            DeserializationResult<Dictionary<string, object>> rows = Try(path, () => ParquetSerializer.DeserializeUntypedAsync(stream, null, current));
            foreach (Dictionary<string, object> row in rows.Data)
            {
                number++;
                yield return new DataRow((JsonObject)Node(row)!, $"'{path}', row {number}");
            }
        }
    }

    /// <summary>Parquet is read from its end, so a compressed file is unpacked into one that vanishes when it is closed.</summary>
    public static FileStream Unpack(Stream packed, string path)
    {
        FileStream unpacked = new(
            Path.Combine(Path.GetTempPath(), $"spot-{Guid.NewGuid():N}.parquet"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            using (packed)
            {
                packed.CopyTo(unpacked);
            }

            unpacked.Position = 0;
            return unpacked;
        }
        catch (Exception e)
        {
            unpacked.Dispose();
            throw e is InvalidDataException ? new InvalidDataException($"'{path}' is no whole gzip file: {e.Message} Download it again.", e) : e;
        }
    }

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool truth => JsonValue.Create(truth),
        float or double or decimal => JsonValue.Create(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        sbyte or byte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        byte[] bytes => JsonValue.Create(System.Text.Encoding.UTF8.GetString(bytes)),
        IDictionary<string, object?> fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Node(field.Value)))),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(Node)]),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };

    // The library throws many kinds of exceptions at damaged files.
    private static T Try<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            throw new InvalidDataException($"'{path}' cannot be read as Parquet: {e.Message} Is it whole?", e);
        }
    }
}
