using Spot.Backbone;

namespace Spot.Tests.Backbone;

public class FirstUseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_made_once_and_not_on_the_callers_thread()
    {
        int made = 0;
        using ManualResetEventSlim go = new();
        FirstUse<string> use = new(() =>
        {
            go.Wait(TimeSpan.FromMinutes(2), Cancel);
            return $"made {Interlocked.Increment(ref made)}";
        });
        Assert.Null(use.Made);
        Task<string> first = use.GetAsync(Cancel).AsTask();
        Task<string> second = Task.Run(async () => await use.GetAsync(Cancel), Cancel);
        Assert.False(first.IsCompleted); // it would wait for ever if it were made here
        go.Set();
        Assert.Equal(("made 1", "made 1", "made 1"), (await first, await second, use.Get()));
        Assert.Equal("made 1", use.Made);
        Task<string> again = use.GetAsync(Cancel).AsTask();
        Assert.True(again.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task What_failed_is_tried_again()
    {
        int tries = 0;
        FirstUse<string> use = new(() => ++tries == 1 ? throw new IOException("not yet") : "there");
        await Assert.ThrowsAsync<IOException>(() => use.GetAsync(Cancel).AsTask());
        Assert.Equal("there", await use.GetAsync(Cancel));
    }
}
