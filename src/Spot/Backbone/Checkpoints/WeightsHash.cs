using System.Security.Cryptography;
using System.Text;

namespace Spot.Backbone;

/// <summary>The fingerprint of a backbone: SHA-256 over the parts of the configuration that decide what it computes, and its tensors as they are stored.</summary>
internal sealed class WeightsHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[1 << 20];

    public WeightsHash(T5Config c)
    {
        string numbers = FormattableString.Invariant(
            $"t5 heads {c.Heads} kv {c.HeadDim} {c.Activation} buckets {c.RelativeBuckets}/{c.RelativeMaxDistance} eps {c.NormEpsilon} scaled {c.ScalesLogits}\n");
        _hash.AppendData(Encoding.UTF8.GetBytes(numbers));
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>Adds a tensor. They come in ordinal order of their names, however they are split into files.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="stored">Its bytes.</param>
    /// <param name="cancellationToken">Checked at every megabyte.</param>
    public void Append(string name, StoredTensor stored, CancellationToken cancellationToken)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes($"{name} {stored.DType} {string.Join('x', stored.Shape.ToArray())}\n"));
        for (long start = 0; start < stored.ByteCount; start += _buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, stored.ByteCount - start));
            stored.Read(part, start);
            _hash.AppendData(part);
        }
    }

    /// <summary>The hash of all that was added, in hex.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(_hash.GetHashAndReset());
}
