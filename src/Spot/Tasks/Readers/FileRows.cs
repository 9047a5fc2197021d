using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Spot.Tasks;

/// <summary>The rows of a file of any format, at least one; damage of a compressed file is told from errors in its text.</summary>
internal static class FileRows
{
    // Of a text format: as many are read at a time on a thread of the pool. Few, since rows may be long.
    private const int PortionRows = 32;

    /// <summary>The rows, read on the thread that enumerates; where the reading is asynchronous, that thread waits.</summary>
    public static IEnumerable<DataRow> Read(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken) =>
        settings.Format == DataFileFormat.Parquet ? ParquetRows.ReadAsync(settings, cancellationToken).ToBlockingEnumerable(cancellationToken) : TextRowsOf(settings, mayBeLines, cancellationToken);

    /// <summary>The rows, read while the caller's thread is free.</summary>
    public static IAsyncEnumerable<DataRow> ReadAsync(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken) =>
        settings.Format == DataFileFormat.Parquet ? ParquetRows.ReadAsync(settings, cancellationToken) : InPortions(settings, mayBeLines, cancellationToken);

    private static IEnumerable<DataRow> TextRowsOf(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken)
    {
        bool any = false;
        using IEnumerator<DataRow> rows = Reader(settings, mayBeLines, cancellationToken).GetEnumerator();
        while (Next(rows, settings.Path, cancellationToken))
        {
            any = true;
            yield return rows.Current with { Path = settings.Path };
        }

        if (!any)
        {
            throw settings.NoRows();
        }
    }

    private static bool Next(IEnumerator<DataRow> rows, string path, CancellationToken cancellationToken)
    {
        try
        {
            bool found = rows.MoveNext();
            cancellationToken.ThrowIfCancellationRequested();
            return found;
        }
        catch (InvalidDataException e) when (GzipDamage.Behind(e, path, cancellationToken) is { } damage)
        {
            throw damage;
        }
    }

    private static IEnumerable<DataRow> Reader(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken) => settings.Format switch
    {
        DataFileFormat.Csv or DataFileFormat.Tsv => SeparatedRows.Read(settings, cancellationToken),
        DataFileFormat.Text => TextRows.Read(settings, cancellationToken),
        DataFileFormat.JsonArray when !(mayBeLines && JsonRows.IsLines(settings, cancellationToken)) => JsonRows.ReadArray(settings, cancellationToken),
        _ => JsonRows.ReadLines(settings, cancellationToken),
    };

    private static async IAsyncEnumerable<DataRow> InPortions(DataFileSettings settings, bool mayBeLines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using IEnumerator<DataRow> source = TextRowsOf(settings, mayBeLines, cancellationToken).GetEnumerator();
        (List<DataRow> Rows, ExceptionDispatchInfo? Error) portion;
        do
        {
            portion = await Task.Run(() => Take(source), cancellationToken).ConfigureAwait(false);
            foreach (DataRow row in portion.Rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            portion.Error?.Throw(); // when its turn comes: after the rows before it
        }
        while (portion.Rows.Count == PortionRows);
    }

    private static (List<DataRow> Rows, ExceptionDispatchInfo? Error) Take(IEnumerator<DataRow> source)
    {
        List<DataRow> rows = new(PortionRows);
        try
        {
            while (rows.Count < PortionRows && source.MoveNext())
            {
                rows.Add(source.Current);
            }

            return (rows, null);
        }
        catch (Exception e)
        {
            return (rows, ExceptionDispatchInfo.Capture(e));
        }
    }
}
