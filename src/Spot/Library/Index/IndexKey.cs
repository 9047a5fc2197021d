using Spot.Similarity;

namespace Spot.Library;

/// <summary>
/// What the index holds of an embedding for a similarity. Where displacements are compared and an embedding's start is not known, that is the key of its
/// prompt as it is, under a tag of its own: a search can go on among those.
/// </summary>
internal static class IndexKey
{
    /// <summary>The step, by which a search names the keys it compares.</summary>
    internal static int Tag(TaskEmbedding embedding, PromptSimilarity similarity) => Tag(embedding.Step, isAsItIs: Compared(embedding, similarity) != similarity);

    /// <summary>The tag of displacements, or of prompts that stand for theirs.</summary>
    internal static int Tag(int step, bool isAsItIs) => isAsItIs ? ~step : step;

    internal static void Write(TaskEmbedding embedding, PromptSimilarity similarity, Span<double> key) =>
        PromptKey.Write(embedding, Compared(embedding, similarity), key);

    private static PromptSimilarity Compared(TaskEmbedding embedding, PromptSimilarity similarity) =>
        embedding.Start is null ? PromptKey.AsTheyAre(similarity) : similarity;
}
