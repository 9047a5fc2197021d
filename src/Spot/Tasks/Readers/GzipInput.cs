using System.IO.Compression;

namespace Spot.Tasks;

/// <summary>Decompresses gzip, of one or several members, and notices an end that is missing.</summary>
/// <remarks>
/// <see cref="GZipStream"/> checks sums, yet takes a file that was cut off for a complete one. Here the file is followed by a member of our own: only where all
/// before it was complete does exactly that member's content come out at the end.
/// </remarks>
internal sealed class GzipInput : ReadOnlyStream
{
    private const string Damage = "it is cut off, altered, or followed by bytes that are no gzip data";
    private static readonly byte[] Seal = [.. "spot\0\u001f end of data\n"u8];
    private static readonly byte[] SealMember = Compress(Seal);
    private readonly SealedStream _input;
    private readonly GZipStream _gzip;
    private bool _ended;

    internal GzipInput(Stream file)
    {
        _input = new SealedStream(file);
        _gzip = new GZipStream(_input, CompressionMode.Decompress);
    }

    internal static bool HasMagic(ReadOnlySpan<byte> head) => head is [0x1f, 0x8b, ..];

    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.Length == 0)
        {
            return 0;
        }

        int count = Decompress(buffer);
        if (count > 0 && !_input.InSeal)
        {
            return count;
        }

        // One call gives bytes of one filling of its input, so all of these come after the file's end.
        byte[] rest = new byte[Seal.Length + 1];
        int length = Math.Min(count, rest.Length);
        buffer[..length].CopyTo(rest);
        for (int more = -1; more != 0 && length < rest.Length; length += more)
        {
            more = Decompress(rest.AsSpan(length));
        }

        _ended = true;
        return rest.AsSpan(0, length).SequenceEqual(Seal) ? 0 : throw new InvalidDataException(Damage);
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
