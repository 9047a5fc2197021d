using System.Reflection;
using Spot.Library;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

public sealed class TargetedTransferTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_strategy_of_ones_own_gets_what_was_found_and_gives_its_runs()
    {
        PromptLibrary library = await Sources.LibraryAsync(_folder, ("near", 10), ("far", 80), ("middle", 40), ("own", 0));
        FakeTuner tuner = new(start => -Sources.Angle(start));
        Farthest strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), library) { K = 2, Eligible = info => info.Id != "own" };
        TuningOptions options = new() { Seed = 5 };
        TransferResult result = await strategy.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        Assert.Equal(["near", "middle"], strategy.Found.Select(match => match.Info.Id));
        Assert.Equal(("middle", -40.0, 5L), (Assert.Single(result.Best.Sources).Info.Id, result.Best.Result.BestScore, result.Best.Result.Seed));
        Assert.Equal(2 + Sources.Step, result.Steps); // of the run, and of the embedding
        await Assert.ThrowsAsync<SpotException>(() => new Farthest(tuner, new FakeEmbedder(Sources.Embedding(0)), library) { Eligible = _ => false }
            .TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Throws<ArgumentException>("candidates", () => TransferResult.Of([]));
    }

    /// <summary>From anywhere: these tests see the assembly's internals.</summary>
    [Fact]
    public void What_a_strategy_of_ones_own_needs_can_be_reached_from_outside()
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        Assert.True(Assert.Single(typeof(TargetedTransfer).GetConstructors(own)).IsFamily);
        MethodInfo[] overridable = [.. typeof(TargetedTransfer).GetMethods(own).Where(method => method.IsAbstract)];
        Assert.True(Assert.Single(overridable).IsFamily);
        Assert.Equal(
            ["ReadAsync", "TransferFromAsync", "get_Library", "get_Tuner"],
            typeof(TargetedTransfer).GetMethods(own).Where(method => method.IsFamily).Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.True(typeof(TransferResult).GetMethod(nameof(TransferResult.Of))?.IsPublic);
    }

    private sealed class Farthest(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
    {
        public IReadOnlyList<PromptMatch> Found { get; private set; } = [];

        protected override async Task<TransferResult> TransferFromAsync(
            TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
        {
            Found = matches;
            PromptRecord source = (await ReadAsync([matches[^1]], cancellationToken))[0];
            TuningResult result = await Tuner.TuneAsync(target, options, source.Prompt, progress, cancellationToken);
            return TransferResult.Of([new TransferCandidate([new TransferSource(source.Info, 1, matches[^1].Similarity)], result)]);
        }
    }
}
