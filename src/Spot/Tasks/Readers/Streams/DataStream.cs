namespace Spot.Tasks;

/// <summary>The bytes of a text file, decompressed and without a byte order mark.</summary>
internal sealed class DataStream : ReadOnlyStream
{
    private readonly string _path;
    private readonly Stream _input;
    private readonly CancellationToken _cancellationToken;
    private readonly byte[] _head = new byte[4];
    private readonly int _headLength;
    private int _headGiven;

    internal DataStream(string path, CancellationToken cancellationToken)
    {
        _path = path;
        _cancellationToken = cancellationToken;
        _input = OpenFile(path);
        try
        {
            for (int count = -1; count != 0 && _headLength < _head.Length; _headLength += count)
            {
                count = Input(_head.AsSpan(_headLength));
            }

            _headGiven = MarkLength(_head.AsSpan(0, _headLength));
        }
        catch
        {
            _input.Dispose();
            throw;
        }
    }

    /// <summary>How many lines were read whole; the reader on top of this counts them.</summary>
    internal long Lines { get; set; }

    /// <summary>Opens a file, decompressing it if its content or name says gzip.</summary>
    internal static Stream OpenFile(string path, FileOptions options = FileOptions.None)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, options);
        Span<byte> magic = stackalloc byte[2];
        int count = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (GzipInput.HasMagic(magic[..count]))
        {
            return new GzipInput(file);
        }

        if (count > 0 && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            file.Dispose();
            throw new InvalidDataException($"'{path}' is no gzip file; expected one by its name. Rename it, or compress it.");
        }

        return file;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_headGiven == _headLength)
        {
            return Input(buffer);
        }

        int count = Math.Min(buffer.Length, _headLength - _headGiven);
        _head.AsSpan(_headGiven, count).CopyTo(buffer);
        _headGiven += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Input(Span<byte> buffer)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return _input.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{_path}', after line {Lines}: the gzip data is damaged: {e.Message}. Copy or download the file again.", e);
        }
    }

    private int MarkLength(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => 3,
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, 0, _] or [_, 0, _, 0] => // with a mark, or ASCII in characters of two or four bytes
            throw new InvalidDataException($"'{_path}', line 1: found UTF-16 or UTF-32 text, expected UTF-8. Save the file as UTF-8."),
        _ => 0,
    };
}
