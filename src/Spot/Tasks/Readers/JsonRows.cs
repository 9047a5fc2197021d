using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Rows of JSON, one on a line or all in one array.</summary>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions StrictArray = new() { AllowDuplicateProperties = false };

    public static IEnumerable<DataRow> Lines(Stream stream, string path, DataFileOptions options)
    {
        LineReader lines = new(stream, path, options.MaxRowLength);
        while (lines.Next() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Row(lines.Place, () => JsonNode.Parse(line, null, Strict));
            }
        }
    }

    public static IEnumerable<DataRow> Array(Stream stream, string path, DataFileOptions options)
    {
        using BoundedStream bounded = new(stream, path, options.MaxRowLength);
        IAsyncEnumerator<JsonNode?> rows = JsonSerializer.DeserializeAsyncEnumerable<JsonNode>(bounded, StrictArray).GetAsyncEnumerator();
        for (int number = 1; ; number++)
        {
            if (!Next(rows, path, number))
            {
                yield break;
            }

            bounded.Restart();
            yield return Row($"'{path}', row {number}", () => rows.Current);
        }
    }

    private static bool Next(IAsyncEnumerator<JsonNode?> rows, string path, int number)
    {
        try
        {
            return rows.MoveNextAsync().AsTask().GetAwaiter().GetResult(); // the stream below is synchronous
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            string place = e is JsonException { LineNumber: { } line } ? $"line {line + 1}" : $"row {number} or later";
            throw new InvalidDataException($"'{path}', {place}: expected a JSON array of objects: {e.Message}", e);
        }
    }

    private static DataRow Row(string place, Func<JsonNode?> parse)
    {
        try
        {
            JsonNode? node = parse();
            return new DataRow(
                node as JsonObject ?? throw new JsonException($"found {(node is null ? "null" : node.GetValueKind().ToString().ToLowerInvariant())}"), place);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{place}: expected a JSON object such as {{\"text\": \"…\", \"label\": 0}}: {e.Message}", e);
        }
    }

    /// <summary>Ends the reading of one element that goes on and on.</summary>
    private sealed class BoundedStream(Stream inner, string path, int most) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Restart() => _read = 0;

        public override int Read(Span<byte> buffer)
        {
            int count = inner.Read(buffer[..Math.Min(buffer.Length, 1 << 16)]);
            _read += count;
            return _read <= most + (1L << 17) ? count : throw new InvalidDataException(
                $"'{path}': found a row of more than {most} bytes. Is this an array of rows? Otherwise raise DataFileOptions.MaxRowLength.");
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
