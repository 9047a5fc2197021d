using System.Text.Json.Nodes;
using Parquet;
using Parquet.Meta;

namespace Spot.Tasks;

/// <summary>Apache Parquet, one row group in memory at a time.</summary>
internal static class ParquetRows
{
    private const int LeastLength = 12;

    internal static IEnumerable<DataRow> Read(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using FileStream file = Open(settings.Path, cancellationToken);
        CheckMagic(file, settings.Path);
        long number = 0;
        ParquetReader reader = Guard(settings.Path, 0, () => ParquetReader.CreateAsync(file, leaveStreamOpen: true, cancellationToken: cancellationToken).GetAwaiter().GetResult());
        try
        {
            Guard(settings.Path, 0, () => CheckBooleans(reader.Metadata));
            for (int i = 0; i < reader.RowGroupCount; i++)
            {
                using ParquetRowGroup group = Guard(settings.Path, number + 1, () => ParquetRowGroup.Load(reader, i, cancellationToken));
                for (long row = 0; row < group.RowCount; row++)
                {
                    number++;
                    JsonObject fields = Guard(settings.Path, number, group.Next);
                    yield return new DataRow(fields, $"'{settings.Path}', row {number}");
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    // The format is read from its end, so a compressed file is first decompressed to a temporary one.
    private static FileStream Open(string path, CancellationToken cancellationToken)
    {
        Stream input = DataStream.OpenFile(path);
        if (input is FileStream plain)
        {
            return plain;
        }

        using (input)
        {
            FileStream copy = new(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
            try
            {
                byte[] buffer = new byte[64 * 1024];
                for (int count; (count = input.Read(buffer)) > 0;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    copy.Write(buffer.AsSpan(0, count));
                }

                copy.Position = 0;
                return copy;
            }
            catch (Exception e)
            {
                copy.Dispose();
                if (e is InvalidDataException)
                {
                    throw new InvalidDataException($"'{path}': the gzip data is damaged: {e.Message}. Copy or download the file again.", e);
                }

                throw;
            }
        }
    }

    private static void CheckMagic(FileStream file, string path)
    {
        Span<byte> head = stackalloc byte[4];
        Span<byte> tail = stackalloc byte[4];
        if (file.Length >= LeastLength)
        {
            file.ReadExactly(head);
            file.Seek(-tail.Length, SeekOrigin.End);
            file.ReadExactly(tail);
            file.Position = 0;
        }

        if (!head.SequenceEqual("PAR1"u8) || !tail.SequenceEqual("PAR1"u8))
        {
            string found = file.Length < LeastLength ? $"only {file.Length} bytes" : head.SequenceEqual("PAR1"u8) ? "no PAR1 at its end; it is cut off or damaged" : "no PAR1 at its beginning";
            throw new InvalidDataException($"'{path}' is no Parquet file: found {found}, expected PAR1 at both ends. Copy or download it again, or correct its format.");
        }
    }

    // The library takes the length that stands before runs of truth values for one of them, and so reads others than were written.
    private static FileMetaData? CheckBooleans(FileMetaData? file)
    {
        ColumnMetaData? column = file?.RowGroups.SelectMany(group => group.Columns).Select(chunk => chunk.MetaData).OfType<ColumnMetaData>().FirstOrDefault(column =>
            column.Type == Parquet.Meta.Type.BOOLEAN && (column.EncodingStats is { Count: > 0 } pages ? pages.Any(page => page.Encoding == Encoding.RLE) : !column.Encodings.Contains(Encoding.PLAIN)));
        return column is null ? file : throw new InvalidDataException($"the truth values of '{string.Join('.', column.PathInSchema)}' are written as runs, which is not supported");
    }

    // Whatever a damaged file does to the library is a damaged file.
    private static T Guard<T>(string path, long row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            string place = row > 0 ? $"'{path}', row {row}" : $"'{path}'";
            string problem = e is NotImplementedException ? "lists in data pages of version 2 are not supported" : e.Message.TrimEnd('.');
            throw new InvalidDataException(
                $"{place}: cannot be read as Parquet: {problem}. Copy or download the file again, or write it anew with data pages of version 1 and plain encoding, as most programs do by default.", e);
        }
    }
}
