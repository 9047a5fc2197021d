namespace Spot;

/// <summary>A text that was written.</summary>
/// <param name="Text">The text; where a stop string ended it, what stands before that.</param>
/// <param name="TokenIds">All tokens that were written, end of sequence included if it was reached.</param>
/// <param name="FinishReason">Why it ends.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record GeneratedText(string Text, IReadOnlyList<int> TokenIds, FinishReason FinishReason)
{
    /// <summary>The model's own log-probability of each token, in nats, before penalties, temperature and choice; empty unless asked for.</summary>
    public IReadOnlyList<double> TokenLogProbabilities { get; init; } = [];

    /// <summary>Of a beam, its log-probability divided by its length to the power of the length penalty; null without beams.</summary>
    public double? Score { get; init; }
}
