using System.Runtime.InteropServices;
using Spot.Backbone;
using Spot.Inference;
using Spot.Tests.Tuning;
using Spot.Tuning;

namespace Spot.Tests.Inference;

/// <summary>Who comes when, who goes when, and what a request that goes wrong does to others: nothing.</summary>
public sealed class SchedulerTests : InferenceTestBase
{
    private static readonly GenerationOptions Long = new() { MaxNewTokens = 64, MinNewTokens = 64 };
    private static readonly GenerationOptions Endless = new() { MaxNewTokens = 5000, MinNewTokens = 5000 }; // some seconds alone
    private static readonly GenerationOptions Short = new() { MaxNewTokens = 2 };

    [Fact]
    public async Task A_short_request_that_comes_later_ends_before_a_long_one()
    {
        await using PromptInference inference = new(_backbone);
        await using IAsyncEnumerator<GenerationUpdate> pieces = inference.GenerateStreamingAsync(new PromptRequest(Text(0)), Long, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await pieces.MoveNextAsync()); // the long one is being written
        await inference.GenerateAsync(new PromptRequest(Text(1)), Short, Cancel);
        int after = 0;
        while (await pieces.MoveNextAsync())
        {
            after++;
        }

        Assert.True(after > 1, "the long one had been written when the short one was");
    }

    [Fact]
    public async Task A_tuning_run_and_requests_take_turns()
    {
        await using PromptInference inference = new(_backbone);
        TuningOptions options = Toy.Options(1_000_000);
        (options.EvaluateEvery, options.CheckpointEvery) = (1_000_000, 1_000_000);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        int steps = 0;
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, progress: new Told(report =>
        {
            steps = report.Step;
            begun.TrySetResult();
        }), cancellationToken: stop.Token);
        await begun.Task.WaitAsync(Patience, Cancel);
        GenerationResult written = await inference.GenerateAsync(new PromptRequest(Text(0)), new GenerationOptions { MaxNewTokens = 12, MinNewTokens = 12 }, Cancel);
        Assert.Equal(12, written.Outputs[0].TokenIds.Count); // the run lets requests come
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        IAsyncEnumerator<GenerationUpdate> pieces = inference.GenerateStreamingAsync(new PromptRequest(Text(1)), Endless, enough.Token).GetAsyncEnumerator(Cancel);
        Assert.True(await pieces.MoveNextAsync());
        int before = Volatile.Read(ref steps);
        await UntilAsync(() => Volatile.Read(ref steps) >= before + 8);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await pieces.MoveNextAsync())
            {
                // what was told before: that it does not end shows that the steps came while it was written
            }
        });
        await pieces.DisposeAsync();
        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_again()
    {
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { QueueCapacity = 2 });
        await inference.GenerateAsync(new PromptRequest(Text(0)), Short, Cancel);
        List<Task> waiting = [];
        using (new Blocked(_backbone))
        {
            waiting.Add(inference.GenerateAsync(new PromptRequest(Text(1)), Short, Cancel));
            waiting.Add(inference.EmbedAsync(new PromptRequest(Text(2)), Cancel));
            await UntilAsync(() => inference.Scheduler.Waiting == 2);
            QueueFullException full = await Assert.ThrowsAsync<QueueFullException>(() => inference.GenerateAsync(new PromptRequest(Text(3)), Short, Cancel));
            Assert.True(full.RetryAfter > TimeSpan.Zero);
            Assert.Contains("2 requests wait for 'spot-tiny' already", full.Message, StringComparison.Ordinal);
        }

        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_request_that_is_late_or_cancelled_goes_and_the_others_stay()
    {
        await using PromptInference inference = new(_backbone);
        using CancellationTokenSource cancel = new();
        Task<GenerationResult> other, cancelled;
        Task late;
        using (new Blocked(_backbone))
        {
            other = inference.GenerateAsync(new PromptRequest(Text(0)), new GenerationOptions { MaxNewTokens = 9 }, Cancel);
            cancelled = inference.GenerateAsync(new PromptRequest(Text(1)), Long, cancel.Token);
            late = inference.ClassifyAsync(new PromptRequest(Text(2)) { Labels = Labels, Timeout = TimeSpan.FromMilliseconds(1) }, cancellationToken: Cancel);
            Assert.Contains("had no answer after 0.001 s", (await Assert.ThrowsAsync<TimeoutException>(() => late)).Message, StringComparison.Ordinal);
            await UntilAsync(() => inference.Scheduler.Waiting == 2);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Equal(1, inference.Scheduler.Waiting);
        }

        Assert.Equal(GreedyAlone(Text(0), null, 9), (await other).Outputs[0].TokenIds);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_while_it_is_written_leaves()
    {
        await using PromptInference inference = new(_backbone);
        using CancellationTokenSource cancel = new();
        IAsyncEnumerator<GenerationUpdate> pieces = inference.GenerateStreamingAsync(new PromptRequest(Text(0)), Long, cancel.Token).GetAsyncEnumerator(Cancel);
        Assert.True(await pieces.MoveNextAsync());
        Task<GenerationResult> other = inference.GenerateAsync(new PromptRequest(Text(1)), new GenerationOptions { MaxNewTokens = 20 }, Cancel);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await pieces.MoveNextAsync())
            {
                // what was told before
            }
        });
        await pieces.DisposeAsync();
        Assert.Equal(GreedyAlone(Text(1), null, 20), (await other).Outputs[0].TokenIds);
    }

    [Fact]
    public async Task A_prompt_that_makes_the_model_compute_nonsense_harms_nobody_else()
    {
        SoftPrompt bad = new(3, _backbone.Config.Dim, new float[3 * _backbone.Config.Dim], _backbone.Fingerprint);
        MemoryMarshal.AsMemory(bad.Values).Span[7] = float.NaN; // no constructor lets it in
        await using PromptInference inference = new(_backbone);
        Task<GenerationResult> good;
        Task[] failing;
        using (new Blocked(_backbone))
        {
            good = inference.GenerateAsync(new PromptRequest(Text(0)) { Prompt = _prompts[0] }, new GenerationOptions { MaxNewTokens = 9 }, Cancel);
            PromptRequest wrong = new(Text(0)) { Prompt = bad, Labels = Labels };
            failing =
            [
                inference.GenerateAsync(wrong, cancellationToken: Cancel), inference.ClassifyAsync(wrong, cancellationToken: Cancel),
                inference.GenerateAsync(wrong, new GenerationOptions { Beams = 2 }, Cancel), inference.EmbedAsync(wrong, Cancel),
            ];
            await UntilAsync(() => inference.Scheduler.Waiting == 5);
        }

        foreach (Task task in failing)
        {
            Assert.Contains("NaN or infinity for this request", (await Assert.ThrowsAsync<SpotException>(() => task)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(GreedyAlone(Text(0), _prompts[0], 9), (await good).Outputs[0].TokenIds);
    }

    [Fact]
    public async Task A_step_that_fails_ends_the_request_at_fault_alone()
    {
        GenerationOptions beams = new() { Beams = 3, Samples = 2, MaxNewTokens = 30, MinNewTokens = 30 };
        GenerationOptions drawn = new() { Temperature = 1, Samples = 2, Seed = 5, MaxNewTokens = 30, MinNewTokens = 30, LogProbabilities = true };
        await using PromptInference inference = new(_backbone);
        GenerationResult beamsAlone = await inference.GenerateAsync(new PromptRequest(Text(1)), beams, Cancel);
        GenerationResult drawnAlone = await inference.GenerateAsync(new PromptRequest(Text(2)) { Prompt = _prompts[2] }, drawn, Cancel);
        Task<GenerationResult> ofBeams, ofDraws;
        IAsyncEnumerator<GenerationUpdate> pieces;
        ValueTask<bool> first;
        using (new Blocked(_backbone))
        {
            ofBeams = inference.GenerateAsync(new PromptRequest(Text(1)), beams, Cancel);
            ofDraws = inference.GenerateAsync(new PromptRequest(Text(2)) { Prompt = _prompts[2] }, drawn, Cancel);
            pieces = inference.GenerateStreamingAsync(new PromptRequest(Text(3)) { Prompt = _prompts[3] }, Long, Cancel).GetAsyncEnumerator(Cancel);
            first = pieces.MoveNextAsync();
            await UntilAsync(() => inference.Scheduler.Waiting == 3);
        }

        Assert.True(await first); // all three are being written
        Task<GenerationResult> later = inference.GenerateAsync(new PromptRequest(Text(4)), new GenerationOptions { MaxNewTokens = 20 }, Cancel);
        foreach (int text in new[] { 5, 6 })
        {
            EncoderInput input = new(null, _backbone.Tokenizer.Encode(Text(text), 99), 0);
            GenerationJob bad = new(input, new DecodingPlan(new GenerationOptions(), _backbone.Tokenizer, startId: int.MaxValue, 9, null), null);
            inference.Scheduler.Add(bad);
            ArgumentException fault = await Assert.ThrowsAsync<ArgumentException>(() => bad.WaitAsync(null, _ => { }, Cancel));
            Assert.Contains("Found the token 2147483647", fault.Message, StringComparison.Ordinal);
        }

        string told = pieces.Current.Text;
        while (await pieces.MoveNextAsync())
        {
            told += pieces.Current.Text;
        }

        await pieces.DisposeAsync();
        Assert.Equal((await inference.GenerateAsync(new PromptRequest(Text(3)) { Prompt = _prompts[3] }, Long, Cancel)).Text, told);
        Assert.Equal(GreedyAlone(Text(4), null, 20), (await later).Outputs[0].TokenIds);
        AssertSame(beamsAlone, await ofBeams);
        AssertSame(drawnAlone, await ofDraws);

        static void AssertSame(GenerationResult expected, GenerationResult found)
        {
            Assert.Equal(expected.Outputs.Select(output => output.Text), found.Outputs.Select(output => output.Text));
            Assert.Equal(expected.Outputs.Select(output => output.TokenIds), found.Outputs.Select(output => output.TokenIds));
            Assert.All(expected.Outputs.Zip(found.Outputs), pair => Assert.Equal(pair.First.Score ?? 0, pair.Second.Score ?? 0, 1e-4));
        }
    }

    [Fact]
    public async Task Disposing_answers_those_under_way_and_refuses_later_ones()
    {
        PromptInference inference = new(_backbone);
        Task<GenerationResult>[] under;
        Task disposed;
        using (new Blocked(_backbone))
        {
            under = [.. Enumerable.Range(0, 10).Select(i => inference.GenerateAsync(new PromptRequest(Text(i)), new GenerationOptions { MaxNewTokens = 5 }, Cancel))];
            await UntilAsync(() => inference.Scheduler.Waiting == 10);
            disposed = inference.DisposeAsync().AsTask();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => inference.GenerateAsync(new PromptRequest(Text(0)), cancellationToken: Cancel));
        }

        await disposed.WaitAsync(Patience, Cancel);
        await Task.WhenAll(under).WaitAsync(Patience, Cancel); // the answers are there; who waits for one may be told a moment later
        await inference.DisposeAsync(); // once more, and that is all
    }

    [Fact]
    public async Task A_backbone_that_is_disposed_ends_every_request()
    {
        T5Backbone backbone = Toy.Backbone();
        PromptInference inference = new(backbone);
        Task[] under = [.. Enumerable.Range(0, 10).Select(i => inference.GenerateAsync(new PromptRequest(Text(i)), Long, Cancel))];
        await backbone.DisposeAsync();
        foreach (Task one in under)
        {
            await Task.WhenAny(one).WaitAsync(Patience, Cancel);
            Assert.True(one.IsCompletedSuccessfully || one.Exception!.InnerException is ObjectDisposedException, one.Exception?.ToString());
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => inference.GenerateAsync(new PromptRequest(Text(0)), cancellationToken: Cancel));
        await inference.DisposeAsync();
    }

    [Theory]
    [InlineData(new[] { 100, 100, 102, 300, 20, 99 }, 1000, "100 100 102 99")]
    [InlineData(new[] { 300, 20, 21 }, 1000, "300")]
    [InlineData(new[] { 50, 50, 50 }, 100, "50 50")]
    [InlineData(new[] { 500, 500 }, 100, "500")]
    public void A_pass_of_the_encoder_takes_the_oldest_and_what_is_as_long(int[] lengths, int budget, string expected) =>
        Assert.Equal(expected, string.Join(' ', EncoderPacks.Choose(lengths, budget, _ => false).Select(i => lengths[i]).OrderBy(length => length == 99).ThenBy(length => length)));

    [Theory]
    [InlineData(new[] { 60, 10, 300, 20 }, 100, "60 10 20")]
    [InlineData(new[] { 60, 50, 30 }, 100, "60 30")]
    [InlineData(new[] { 300, 10, 295 }, 1000, "300 295")]
    [InlineData(new[] { 64, 64 }, 50, "64")]
    public void A_pass_without_padding_takes_those_that_came_next(int[] lengths, int budget, string expected) =>
        Assert.Equal(expected, string.Join(' ', EncoderPacks.Choose(lengths, budget, length => length <= 64).Order().Select(i => lengths[i])));

    [Fact]
    public void Mixed_lengths_are_hardly_padded()
    {
        SplitMix64 random = SplitMix64.For("lengths", 0);
        List<int> left = [.. Enumerable.Range(0, 32).Select(_ => 21 + random.Next(285))];
        int positions = 0, real = left.Sum();
        while (left.Count > 0)
        {
            List<int> pack = EncoderPacks.Choose(left, 2048, _ => false);
            positions += pack.Count * pack.Max(i => left[i]);
            left = [.. left.Where((_, i) => !pack.Contains(i))];
        }

        Assert.InRange((double)(positions - real) / positions, 0, 0.05);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!holds())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private sealed class Told(Action<TuningProgress> report) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value) => report(value);
    }
}
