using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Meta;

namespace Spot.Tasks;

/// <summary>Apache Parquet, one row group in memory at a time.</summary>
internal static class ParquetRows
{
    private const int LeastLength = 12;

    internal static async IAsyncEnumerable<DataRow> ReadAsync(DataFileSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream file = await OpenAsync(settings.Path, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        await CheckMagicAsync(file, settings.Path, cancellationToken).ConfigureAwait(false);
        ParquetReader reader = await GuardAsync(settings.Path, 0, () => ParquetReader.CreateAsync(file, leaveStreamOpen: true, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable ending = reader.ConfigureAwait(false);
        Guard(settings.Path, 0, () => CheckBooleans(reader.Metadata));
        long number = 0;
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroup group = await GuardAsync(settings.Path, number + 1, () => ParquetRowGroup.LoadAsync(reader, i, cancellationToken)).ConfigureAwait(false);
            for (long row = 0; row < group.RowCount; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                number++;
                JsonObject fields = Guard(settings.Path, number, group.Next);
                yield return new DataRow(fields, $"'{settings.Path}', row {number}") { Path = settings.Path };
            }
        }

        if (number == 0)
        {
            throw settings.NoRows();
        }
    }

    // The format is read from its end, so a compressed file is first decompressed to a temporary one.
    private static async Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        Stream input = DataStream.OpenFile(path, FileOptions.Asynchronous);
        if (input is FileStream plain)
        {
            return plain;
        }

        await using ConfiguredAsyncDisposable closing = input.ConfigureAwait(false);
        FileStream copy = new(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            await input.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            copy.Position = 0;
            return copy;
        }
        catch (Exception e)
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            if (e is InvalidDataException)
            {
                throw new InvalidDataException($"'{path}': the gzip data is damaged: {e.Message}. Copy or download the file again.", e);
            }

            throw;
        }
    }

    private static async Task CheckMagicAsync(FileStream file, string path, CancellationToken cancellationToken)
    {
        byte[] head = new byte[4], tail = new byte[4];
        if (file.Length >= LeastLength)
        {
            await file.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
            file.Seek(-tail.Length, SeekOrigin.End);
            await file.ReadExactlyAsync(tail, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
        }

        bool begins = head.AsSpan().SequenceEqual("PAR1"u8);
        if (!begins || !tail.AsSpan().SequenceEqual("PAR1"u8))
        {
            string found = file.Length < LeastLength ? $"only {file.Length} bytes" : begins ? "no PAR1 at its end; it is cut off or damaged" : "no PAR1 at its beginning";
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

    private static T Guard<T>(string path, long row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damage(path, row, e);
        }
    }

    private static async Task<T> GuardAsync<T>(string path, long row, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damage(path, row, e);
        }
    }

    // Whatever a damaged file does to the library is a damaged file.
    private static bool IsDamage(Exception e) => e is not (OperationCanceledException or OutOfMemoryException);

    private static InvalidDataException Damage(string path, long row, Exception e)
    {
        string place = row > 0 ? $"'{path}', row {row}" : $"'{path}'";
        string problem = e is NotImplementedException ? "lists in data pages of version 2 are not supported" : e.Message.TrimEnd('.');
        return new InvalidDataException(
            $"{place}: cannot be read as Parquet: {problem}. Copy or download the file again, or write it anew with data pages of version 1 and plain encoding, as most programs do by default.", e);
    }
}
