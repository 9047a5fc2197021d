using Spot.Backbone;

namespace Spot.Inference;

/// <summary>One answer, or the beams of one, under way. It begins with one row.</summary>
internal interface IDecoding
{
    /// <summary>The newest token of each of its rows, the decoder's start at first.</summary>
    IReadOnlyList<int> Tokens { get; }

    /// <summary>Which scores it wants for each of its rows.</summary>
    WantedScores Wanted { get; }

    /// <summary>All tokens that each of its rows has written, the newest last; of every row as many.</summary>
    IReadOnlyList<IReadOnlyList<int>> Prefixes { get; }

    /// <summary>Takes a step.</summary>
    /// <param name="logits">Scores of the vocabulary for each row, those that are not wanted perhaps −∞; may be overwritten. // [rows, vocabulary]</param>
    /// <returns>The row that each row of the next step continues; empty when it is done.</returns>
    /// <exception cref="SpotException">The scores are not numbers.</exception>
    int[] Advance(Span<float> logits);

    /// <summary>What was written so far, the best first.</summary>
    IReadOnlyList<WrittenTokens> Written { get; }
}
