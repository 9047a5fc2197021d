using Spot.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The embeddings of the tokens that two vocabularies have in common.</summary>
internal static class SharedTokens
{
    /// <summary>The pairs, in the order of the source's ids; pieces that are no text are left out.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public static RowPairs Pairs(T5Backbone source, T5Backbone target, int? most)
    {
        (int Source, int Target)[] shared = Ids(source.Tokenizer, source.Config.VocabularySize, target.Tokenizer, target.Config.VocabularySize, most);
        return shared.Length >= 2
            ? new RowPairs(Embeddings(source, shared.Select(pair => pair.Source)), Embeddings(target, shared.Select(pair => pair.Target)), shared.Length, source.Fingerprint, target.Fingerprint)
            : throw new ArgumentException(
                $"The vocabularies of '{source.Name}' and '{target.Name}' have {shared.Length} tokens in common, expected at least 2. Fit the map on prompts of tasks that both know instead.", nameof(target));
    }

    /// <summary>The ids of the tokens that both have.</summary>
    /// <param name="source">The one vocabulary.</param>
    /// <param name="sourceRows">The rows of its model's table.</param>
    /// <param name="target">The other.</param>
    /// <param name="targetRows">The rows of its model's table.</param>
    /// <param name="most">How many at most; null for all.</param>
    public static (int Source, int Target)[] Ids(T5Tokenizer source, int sourceRows, T5Tokenizer target, int targetRows, int? most)
    {
        Dictionary<string, int> there = Pieces(target, targetRows).ToDictionary(piece => piece.Text, piece => piece.Id, StringComparer.Ordinal);
        return [.. Pieces(source, sourceRows).Where(piece => there.ContainsKey(piece.Text)).Take(most ?? int.MaxValue).Select(piece => (piece.Id, there[piece.Text]))];
    }

    private static IEnumerable<(string Text, int Id)> Pieces(T5Tokenizer tokenizer, int rows)
    {
        HashSet<int> control = [tokenizer.PadId, tokenizer.EosId, tokenizer.UnknownId, .. Enumerable.Range(0, T5Tokenizer.SentinelCount).Select(tokenizer.SentinelId)];
        return Enumerable.Range(0, Math.Min(tokenizer.VocabularySize, rows)).Where(id => !control.Contains(id))
            .Select(id => (tokenizer.Piece(id), id)).DistinctBy(piece => piece.Item1);
    }

    private static float[] Embeddings(T5Backbone backbone, IEnumerable<int> ids) => backbone.Model.Run(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        long[] all = [.. ids.Select(id => (long)id)];
        return backbone.Model.Embed(tensor(all, [1, all.Length], device: backbone.Model.Device)).to(ScalarType.Float32).cpu().data<float>().ToArray();
    });
}
