using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Spot.Inference;

/// <summary>What decides the encoder's states of an input: the content of its prompt and its token ids.</summary>
/// <param name="Hash">A SHA-256 of both, in hex.</param>
internal readonly record struct EncoderKey(string Hash)
{
    public static EncoderKey Of(string? promptKey, int[] ids)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(promptKey is null ? [] : Convert.FromHexString(promptKey)); // nothing or 32 bytes
        hash.AppendData(BitConverter.GetBytes(ids.Length));
        hash.AppendData(MemoryMarshal.AsBytes<int>(ids));
        return new EncoderKey(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
