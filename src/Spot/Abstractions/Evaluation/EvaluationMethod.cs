namespace Spot;

/// <summary>How a model's answer to an example is found.</summary>
public enum EvaluationMethod
{
    /// <summary>It writes freely (greedy decoding) and must match exactly: the papers' way.</summary>
    Decoding,

    /// <summary>The most likely of the task's labels (rank classification); no output is invalid. Tasks without labels are decoded.</summary>
    Ranking,

    /// <summary>As <see cref="Ranking"/>, each label's log-likelihood divided by its number of tokens.</summary>
    RankingPerToken,
}
