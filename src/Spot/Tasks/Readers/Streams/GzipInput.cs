using System.IO.Compression;

namespace Spot.Tasks;

/// <summary>Decompresses gzip, of one or several members, and notices an end that is missing.</summary>
/// <remarks>
/// <see cref="GZipStream"/> checks sums, yet takes a file that was cut off for a complete one. Here the file is followed by a member of our own: only where all
/// before it was complete does that member's content come out at the end.
/// </remarks>
internal sealed class GzipInput : ReadOnlyStream
{
    private const string Damage = "it is cut off, altered, or followed by bytes that are no gzip data";
    private static readonly byte[] Seal = [.. "spot\0\u001f end of data\n"u8];
    private static readonly byte[] SealMember = Compress(Seal);
    private readonly SealedStream _input;
    private readonly Stream _gzip;
    private MemoryStream? _rest;

    internal GzipInput(Stream file)
        : this(file, input => new GZipStream(input, CompressionMode.Decompress))
    {
    }

    /// <param name="file">The compressed bytes.</param>
    /// <param name="decompress">Makes what decompresses them; it may read ahead and give its bytes in whatever portions it likes.</param>
    internal GzipInput(Stream file, Func<Stream, Stream> decompress)
    {
        _input = new SealedStream(file);
        _gzip = decompress(_input);
    }

    internal static bool HasMagic(ReadOnlySpan<byte> head) => head is [0x1f, 0x8b, ..];

    public override int Read(Span<byte> buffer)
    {
        if (_rest is null && buffer.Length > 0)
        {
            int count = Decompress(buffer);
            if (count > 0 && !_input.InSeal)
            {
                return count; // none of our own member was read yet, so these bytes are the file's
            }

            _rest = ReadRest(buffer[..count]);
        }

        return _rest?.Read(buffer) ?? 0;
    }

    // All that is left, which ends with our own member's content if the file was complete. Nothing of it is given out before that is known.
    private MemoryStream ReadRest(ReadOnlySpan<byte> begun)
    {
        MemoryStream rest = new();
        rest.Write(begun);
        byte[] portion = new byte[16 * 1024];
        for (int count; (count = Decompress(portion)) > 0;)
        {
            rest.Write(portion, 0, count);
        }

        if (!rest.GetBuffer().AsSpan(0, (int)rest.Length).EndsWith(Seal))
        {
            throw new InvalidDataException(Damage);
        }

        rest.SetLength(rest.Length - Seal.Length);
        rest.Position = 0;
        return rest;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    // The stream's own message speaks of archives and unsupported methods.
    private int Decompress(Span<byte> buffer)
    {
        try
        {
            return _gzip.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(Damage, e);
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream member = new();
        using (GZipStream gzip = new(member, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return member.ToArray();
    }

    private sealed class SealedStream(Stream file) : ReadOnlyStream
    {
        private int _given;

        internal bool InSeal { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (!InSeal)
            {
                int count = file.Read(buffer);
                if (count > 0)
                {
                    return count;
                }

                InSeal = true;
            }

            int rest = Math.Min(buffer.Length, SealMember.Length - _given);
            SealMember.AsSpan(_given, rest).CopyTo(buffer);
            _given += rest;
            return rest;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
