using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Rows of JSON, one on a line or all in one array.</summary>
internal static class JsonRows
{
    public static IEnumerable<DataRow> Lines(Stream stream, string path, DataFileOptions options)
    {
        LineReader lines = new(stream, path, options.MaxRowLength);
        while (lines.Next() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Row(lines.Place, () => JsonNode.Parse(line));
            }
        }
    }

    public static IEnumerable<DataRow> Array(Stream stream, string path, DataFileOptions options)
    {
        using BoundedStream bounded = new(stream, path, options.MaxRowLength);
        IAsyncEnumerator<JsonNode?> rows = JsonSerializer.DeserializeAsyncEnumerable<JsonNode>(bounded).GetAsyncEnumerator();
        for (int number = 1; ; number++)
        {
            string place = $"'{path}', row {number}";
            JsonNode? node = null;
            bool more = false;
            DataRow row = Row(place, () =>
            {
                more = rows.MoveNextAsync().AsTask().GetAwaiter().GetResult(); // the stream below is synchronous
                return node = more ? rows.Current : new JsonObject();
            });
            if (!more)
            {
                yield break;
            }

            bounded.Restart();
            yield return row;
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
