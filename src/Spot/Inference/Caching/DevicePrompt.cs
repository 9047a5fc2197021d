using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>The rows of a soft prompt: plain numbers until the model first reads them, then a tensor on its device.</summary>
/// <param name="prompt">The prompt.</param>
/// <param name="key">Its <see cref="Hash"/>.</param>
internal sealed class DevicePrompt(SoftPrompt prompt, string key) : IDisposable
{
    private SoftPrompt? _prompt = prompt;
    private Tensor? _rows;

    /// <summary>Identifies the content.</summary>
    public string Key { get; } = key;

    public int Length { get; } = prompt.Length;

    /// <summary>At most this much of the device's memory.</summary>
    public long Bytes { get; } = (long)prompt.Length * prompt.Dim * sizeof(float);

    /// <summary>The rows in the type of the model's embeddings; on the model's thread. // [length, d]</summary>
    public Tensor On(FrozenT5 model)
    {
        if (_rows is null)
        {
            using DisposeScope scope = NewDisposeScope();
            _rows = PromptTensor.From(_prompt!.Values.Span, _prompt.Length, _prompt.Dim, model.Device).to(model.Type).DetachFromDisposeScope();
            _prompt = null;
        }

        return _rows;
    }

    public void Dispose() => _rows?.Dispose();

    /// <summary>The SHA-256 of a prompt's numbers and shape.</summary>
    public static string Hash(SoftPrompt prompt)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(prompt.Length));
        hash.AppendData(MemoryMarshal.AsBytes(prompt.Values.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
