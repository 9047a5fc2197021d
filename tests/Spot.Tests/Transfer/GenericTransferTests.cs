using Spot.Library;
using Spot.Serialization;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class GenericTransferTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Starts_from_the_named_prompt_with_or_without_an_embedding()
    {
        using TempFolder folder = new();
        PromptLibrary library = await Sources.LibraryAsync(folder, ("near", 10), ("far", 80), ("unkeyed", null));
        foreach ((string id, double angle) in new[] { ("far", 80.0), ("unkeyed", -1.0) })
        {
            FakeTuner tuner = new(_ => 55);
            TuningOptions options = new();
            TransferResult result = await new GenericTransfer(tuner, library, id).TransferAsync(Sources.Target, options, cancellationToken: Cancel);
            (TaskMixture task, TuningOptions? used, SoftPrompt? start) = Assert.Single(tuner.Calls);
            Assert.Same(Sources.Target, Assert.Single(task.Tasks).Task);
            Assert.Equal(OptionTexts.Of(options), OptionTexts.Of(used!));
            Assert.Equal(angle, Sources.Angle(start));
            Assert.Same(result.Best, Assert.Single(result.Candidates));
            Assert.Equal((id, null, 55.0), (result.Best.Sources[0].Info.Id, result.Best.Sources[0].Similarity, result.Best.Result.BestScore));
        }
    }

    [Fact]
    public async Task A_missing_prompt_is_an_error_that_names_it()
    {
        using TempFolder folder = new();
        FakeTuner tuner = new(_ => 0);
        GenericTransfer transfer = new(tuner, await Sources.LibraryAsync(folder, ("there", 0)), "absent");
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => transfer.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("no prompt 'absent' to start 'target' from", error.Message, StringComparison.Ordinal);
        Assert.Empty(tuner.Calls);
    }

    [Fact]
    public async Task Cancellation_passes_through()
    {
        using TempFolder folder = new();
        GenericTransfer transfer = new(new FakeTuner(_ => 0), await Sources.LibraryAsync(folder, ("there", 0)), "there");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.TransferAsync(Sources.Target, cancellationToken: new CancellationToken(canceled: true)));
    }
}
