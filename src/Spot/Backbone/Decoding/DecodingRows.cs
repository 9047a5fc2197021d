using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>What <see cref="DecodingBatch"/> computes with, after it has checked the arguments; inside no_grad and a dispose scope.</summary>
internal abstract class DecodingRows : IDisposable
{
    /// <summary>The rows.</summary>
    public abstract int Count { get; }

    /// <inheritdoc cref="DecodingBatch.Add"/>
    public abstract void Add(Tensor states, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maxTokens);

    /// <inheritdoc cref="DecodingBatch.Step(ReadOnlySpan{int}, ReadOnlySpan{WantedScores})"/>
    public abstract Tensor Step(ReadOnlySpan<int> tokens, ReadOnlySpan<WantedScores> wanted);

    /// <inheritdoc cref="DecodingBatch.Keep"/>
    public abstract void Keep(ReadOnlySpan<int> rows);

    public abstract void Dispose();
}
