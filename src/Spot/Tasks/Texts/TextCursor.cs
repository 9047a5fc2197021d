namespace Spot.Tasks;

/// <summary>A place in the documents of some files, one file after another, which come again after the last one. Going on is quick; any other place is read up to from the start.</summary>
internal sealed class TextCursor(IReadOnlyList<string> files, string field) : IDisposable
{
    private IEnumerator<DataRow>? _rows;
    private long _next;
    private long? _count;

    /// <summary>The files.</summary>
    public IReadOnlyList<string> Files { get; } = files;

    /// <summary>A document.</summary>
    /// <param name="number">Its number, from 0; after the last one they are counted on from the first.</param>
    public string Read(long number)
    {
        while (true)
        {
            long at = _count is { } count ? number % count : number;
            if (_rows is null || at < _next)
            {
                Dispose();
                _rows = Files.SelectMany(file => DataFile.Read(file)).GetEnumerator();
            }

            while (_rows.MoveNext())
            {
                if (_next++ == at)
                {
                    return Fields.Text(_rows.Current, field);
                }
            }

            _count = _next; // at least one: a file without rows is an error
            Dispose();
        }
    }

    /// <summary>Closes the file; the next read opens it again.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _rows = null;
        _next = 0;
    }
}
