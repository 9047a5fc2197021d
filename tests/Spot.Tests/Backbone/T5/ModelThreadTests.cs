using Spot.Backbone;

namespace Spot.Tests.Backbone;

public sealed class ModelThreadTests
{
    [Fact]
    public async Task Everything_is_computed_on_one_thread_and_errors_reach_who_asked()
    {
        ModelThread thread = new("one");
        int[] threads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => thread.Run(() => Environment.CurrentManagedThreadId))));
        Assert.Single(threads.Distinct());
        Assert.False(thread.IsCurrent);
        Assert.True(thread.Run(() => thread.IsCurrent && thread.Run(() => thread.IsCurrent))); // a piece within a piece
        Assert.Throws<FormatException>(() => thread.Run<int>(() => throw new FormatException()));
        Assert.Equal(7, thread.Run(() => 7));
        await thread.EndAsync(() => { });
    }

    [Fact]
    public async Task The_end_waits_for_the_piece_under_way_and_refuses_the_others()
    {
        ModelThread thread = new("one");
        using ManualResetEventSlim begun = new(), go = new();
        bool finished = false, last = false;
        Task first = Task.Run(() => thread.Run(() =>
        {
            begun.Set();
            go.Wait();
            return finished = true;
        }));
        begun.Wait(TestContext.Current.CancellationToken);
        Task end = thread.EndAsync(() => last = finished);
        Assert.Throws<ObjectDisposedException>(() => thread.Run(() => 1));
        Assert.False(end.IsCompleted);
        go.Set();
        await Task.WhenAll(first, end, thread.EndAsync(() => throw new InvalidOperationException("a second end does nothing")));
        Assert.True(last);
    }

    [Fact]
    public async Task It_rests_once_after_each_burst_and_not_within_one()
    {
        int rests = 0;
        using SemaphoreSlim rested = new(0);
        ModelThread thread = new("one", () => { rests++; rested.Release(); }, TimeSpan.FromMilliseconds(200));
        for (int burst = 1; burst <= 2; burst++)
        {
            using ManualResetEventSlim queued = new();
            Task first = thread.RunAsync(() => queued.Wait(TimeSpan.FromMinutes(1)));
            Task<int>[] pieces = [.. Enumerable.Range(0, 100).Select(_ => thread.RunAsync(() => rests))];
            queued.Set();
            await first;
            Assert.All(await Task.WhenAll(pieces), seen => Assert.Equal(burst - 1, seen));

            Assert.True(await rested.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }

        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(2, rests); // not again while nothing is asked
        await thread.EndAsync(() => { });
    }

    [Fact]
    public void Memory_can_be_given_back_at_any_time()
    {
        FreeMemory.Return();
        FreeMemory.Return();
    }

    [Fact]
    public async Task What_the_last_piece_throws_reaches_who_ends_it() =>
        await Assert.ThrowsAsync<FormatException>(() => new ModelThread("one").EndAsync(() => throw new FormatException()));
}
