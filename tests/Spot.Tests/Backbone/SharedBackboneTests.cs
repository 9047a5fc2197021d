using Microsoft.Extensions.DependencyInjection;
using Spot.Backbone;
using Spot.Tests.Tuning;
using Spot.Tuning;

namespace Spot.Tests.Backbone;

/// <summary>One model, many callers.</summary>
public sealed class SharedBackboneTests : ToyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // no measure: what waits longer waits for ever

    [Fact]
    public async Task An_answer_is_given_while_a_run_goes_on()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        (Task run, Task begun) = Begin(stop.Token);
        await begun;
        for (int i = 0; i < 3; i++)
        {
            Assert.Single(await _backbone.GenerateAsync(["sentence: It is long."], maxTokens: 3, cancellationToken: Cancel));
        }

        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Two_runs_take_turns_and_each_gives_what_it_gives_alone()
    {
        PromptTuner tuner = new(_backbone);
        TuningOptions options = Toy.Options(12);
        TuningResult alone = await tuner.TuneAsync(Toy.Task(), options, cancellationToken: Cancel);
        int[] steps = [0, 0];
        int least = int.MaxValue;
        Task<TuningResult>[] runs = [.. Enumerable.Range(0, 2).Select(run => tuner.TuneAsync(Toy.Task(), options, null, new Told(report =>
        {
            steps[run] = report.Step;
            if (report.Step == options.Steps)
            {
                least = Math.Min(least, steps[1 - run]);
            }
        }), Cancel))];
        Assert.All(await Task.WhenAll(runs), result => Assert.Equal(alone.Final.Values.ToArray(), result.Final.Values.ToArray()));
        Assert.True(least >= options.Steps / 3, $"one run had done {least} steps when the other was through");
    }

    [Fact]
    public async Task Disposing_finishes_the_step_and_tells_all_who_wait()
    {
        string folder = Path.Combine(_folder.Path, "run");
        (Task run, Task begun) = Begin(Cancel, folder);
        await begun;
        Task[] callers = [.. Enumerable.Range(0, 20).Select(i => _backbone.GenerateAsync([$"sentence: number {i}"], maxTokens: 3, cancellationToken: Cancel))];
        await _backbone.DisposeAsync().AsTask().WaitAsync(Patience, Cancel);
        foreach (Task call in callers.Append(run))
        {
            await Task.WhenAny(call).WaitAsync(Patience, Cancel);
            if (!call.IsCompletedSuccessfully)
            {
                ObjectDisposedException told = Assert.IsType<ObjectDisposedException>(call.Exception!.InnerException);
                Assert.Contains("'spot-tiny' was disposed before this was computed", told.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(run.IsFaulted);
        Assert.True(File.Exists(Path.Combine(folder, "checkpoint.safetensors")));
        Assert.ThrowsAny<ObjectDisposedException>(() => { _backbone.GenerateAsync(["late"], cancellationToken: Cancel).GetAwaiter().GetResult(); });
        _backbone.Dispose(); // once more, and that is all
    }

    [Fact]
    public async Task A_run_that_a_disposal_ended_goes_on_to_the_same_bits()
    {
        TuningOptions options = Toy.Options(30);
        TuningResult whole = await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel);
        options.RunFolder = Path.Combine(_folder.Path, "run");
        await using (T5Backbone first = Toy.Backbone())
        {
            TaskCompletionSource third = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<TuningResult> run = new PromptTuner(first).TuneAsync(
                Toy.Task(), options, progress: new Told(report => _ = report.Step < 3 || third.TrySetResult()), cancellationToken: Cancel);
            await third.Task.WaitAsync(Patience, Cancel);
            await first.DisposeAsync();
            await Task.WhenAny(run);
        }

        TuningResult resumed = await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel);
        Assert.Equal(whole.Final.Values.ToArray(), resumed.Final.Values.ToArray());
    }

    [Fact]
    public async Task A_host_that_stops_under_load_stops()
    {
        ServiceProvider host = new ServiceCollection()
            .AddSpot(spot => (spot.ModelPath, spot.LibraryPath, spot.Backbone.Device) = (TestModels.SpotTiny, _folder.Path, "cpu")).Services.BuildServiceProvider();
        T5Backbone backbone = host.GetRequiredService<T5Backbone>();
        Task[] work =
        [
            host.GetRequiredService<IPromptTuner>().TuneAsync(Toy.Task(), Toy.Options(100_000), cancellationToken: Cancel),
            .. Enumerable.Range(0, 20).Select(i => backbone.GenerateAsync([$"sentence: number {i}"], maxTokens: 20, cancellationToken: Cancel)),
        ];
        await work[1];
        await host.DisposeAsync().AsTask().WaitAsync(Patience, Cancel);
        await Task.WhenAll(work.Select(one => Task.WhenAny(one))).WaitAsync(Patience, Cancel);
        Assert.All(work, one => Assert.True(one.IsCompletedSuccessfully || one.Exception!.InnerException is ObjectDisposedException, one.Exception?.ToString()));
    }

    // A run that would take for ever, and its first step.
    private (Task Run, Task Begun) Begin(CancellationToken cancellationToken, string? folder = null)
    {
        TuningOptions options = Toy.Options(1_000_000);
        (options.EvaluateEvery, options.CheckpointEvery, options.RunFolder) = (1_000_000, 1_000_000, folder);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = new PromptTuner(_backbone).TuneAsync(
            Toy.Task(), options, progress: new Told(report => _ = report.Step < 1 || begun.TrySetResult()), cancellationToken: cancellationToken);
        return (run, begun.Task.WaitAsync(Patience, Cancel));
    }

    // Told on the run's thread, in order.
    private sealed class Told(Action<TuningProgress> report) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value) => report(value);
    }
}
