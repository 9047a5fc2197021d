using Spot.Tests.Backbone;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Tokens of two vocabularies belong together by their text, not by their ids.</summary>
public sealed class SharedTokensTests
{
    [Fact]
    public void Tokens_are_paired_by_their_pieces()
    {
        T5Tokenizer tiny = T5Tokenizer.Load(TestModels.SpotTiny), published = T5Tokenizer.Load(Path.Combine(TestPaths.Golden("tokenizer"), "t5"));
        (int Source, int Target)[] shared = SharedTokens.Ids(tiny, tiny.VocabularySize, published, published.VocabularySize, null);
        Assert.All(shared, pair => Assert.Equal(tiny.Piece(pair.Source), published.Piece(pair.Target)));
        Assert.Contains(shared, pair => pair.Source != pair.Target);
        string[] common = [.. Pieces(tiny).Intersect(Pieces(published), StringComparer.Ordinal)];
        Assert.Equal(common.Order(StringComparer.Ordinal), shared.Select(pair => tiny.Piece(pair.Source)).Order(StringComparer.Ordinal));
        Assert.Equal(shared[..50], SharedTokens.Ids(tiny, tiny.VocabularySize, published, published.VocabularySize, 50));
        Assert.All(SharedTokens.Ids(tiny, 100, published, 200, null), pair => Assert.True(pair is { Source: < 100, Target: < 200 }));
    }

    private static IEnumerable<string> Pieces(T5Tokenizer tokenizer) =>
        Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece).Where(piece => !piece.StartsWith("<extra_id_", StringComparison.Ordinal) && piece is not ("<pad>" or "</s>" or "<unk>"));
}
