namespace Spot;

/// <summary>How likely an answer is.</summary>
/// <param name="Target">The answer.</param>
/// <param name="LogProbability">The model's own log-probability of writing exactly this, end of sequence included, in nats.</param>
/// <param name="Tokens">The answer's tokens, end of sequence included.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record TargetScore(string Target, double LogProbability, int Tokens)
{
    /// <summary>The log-probability of a token, on average.</summary>
    public double LogProbabilityPerToken => LogProbability / Tokens;
}
