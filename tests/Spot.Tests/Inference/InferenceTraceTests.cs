using System.Collections.Concurrent;
using System.Diagnostics;
using Spot.Inference;
using Spot.Library;

namespace Spot.Tests.Inference;

/// <summary>Requests as activities: one each, with the conventions' tags, below who asks, and without a text of a caller.</summary>
public sealed class InferenceTraceTests : InferenceTestBase
{
    private const string Secret = "lovely";

    private readonly ConcurrentQueue<Activity> _ended = new();

    [Fact]
    public async Task Each_request_is_an_activity_below_that_of_its_caller()
    {
        using PromptLibrary library = await LibraryAsync();
        await using PromptInference inference = new(_backbone, library);
        using Activity caller = new Activity("caller").Start();
        using ActivityListener listener = Listen(caller);
        string text = $"sentence: The {Secret} bridge.";
        int read = _backbone.Tokenizer.Encode(text, 512).Length;
        string ofAll = $"gen_ai.provider.name=spot gen_ai.usage.input_tokens={read}", backbone = "spot.backbone.name=spot-tiny", queue = "spot.queue.duration>=0 spot.usage.cut_tokens=0";

        await inference.GenerateAsync(new PromptRequest(text, "p1"), new GenerationOptions { MaxNewTokens = 5, MinNewTokens = 5, StopStrings = [Secret] }, Cancel);
        Same($"text_completion p1: gen_ai.operation.name=text_completion gen_ai.request.max_tokens=5 gen_ai.request.model=p1 gen_ai.response.finish_reasons=[length] gen_ai.usage.output_tokens=5 {ofAll} {backbone} {queue}");

        GenerationResult drawn = await inference.GenerateAsync(
            new PromptRequest(text, "p2") { MaxInputTokens = read - 2 }, new GenerationOptions { Temperature = 0.5, TopK = 7, TopP = 0.75, Seed = 3, Samples = 2, Choices = [Secret, "no"] }, Cancel);
        Same(
            $"text_completion p2: gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.choice.count=2 gen_ai.request.max_tokens=6 gen_ai.request.model=p2 gen_ai.request.seed=3 " +
            $"gen_ai.request.temperature=0.5 gen_ai.request.top_k=7 gen_ai.request.top_p=0.75 gen_ai.response.finish_reasons=[stop stop] gen_ai.usage.input_tokens={read - 2} " +
            $"gen_ai.usage.output_tokens={drawn.Outputs.Sum(output => output.TokenIds.Count)} {backbone} spot.queue.duration>=0 spot.usage.cut_tokens=2");

        GenerationResult beams = await inference.GenerateAsync(new PromptRequest(text), new GenerationOptions { Beams = 3, MaxNewTokens = 4, MinNewTokens = 4 }, Cancel);
        Same($"text_completion spot-tiny: gen_ai.operation.name=text_completion gen_ai.request.max_tokens=4 gen_ai.request.model=spot-tiny gen_ai.response.finish_reasons=[length] gen_ai.usage.output_tokens={beams.Outputs[0].TokenIds.Count} spot.request.beams=3 {ofAll} {backbone} {queue}");

        await foreach (GenerationUpdate piece in inference.GenerateStreamingAsync(new PromptRequest(text) { Prompt = _prompts[0] }, new GenerationOptions { MaxNewTokens = 3, MinNewTokens = 3 }, Cancel))
        {
            Assert.Same(caller, Activity.Current);
        }

        Same($"text_completion spot-tiny: gen_ai.operation.name=text_completion gen_ai.request.max_tokens=3 gen_ai.request.model=spot-tiny gen_ai.request.stream=True gen_ai.response.finish_reasons=[length] gen_ai.usage.output_tokens=3 {ofAll} {backbone} {queue}");

        await inference.ClassifyAsync(new PromptRequest(text, "p0") { Labels = [Secret, "no", "yes"] }, cancellationToken: Cancel);
        Same($"classify p0: gen_ai.operation.name=classify gen_ai.request.model=p0 spot.request.targets=3 {ofAll} {backbone} {queue}");

        await inference.ScoreAsync(new PromptRequest(text, "p0"), [Secret, "no"], Cancel);
        Same($"score p0: gen_ai.operation.name=score gen_ai.request.model=p0 spot.request.targets=2 {ofAll} {backbone} {queue}");

        await inference.EmbedAsync(new PromptRequest(text, "p0"), Cancel);
        Same($"embeddings p0: gen_ai.operation.name=embeddings gen_ai.request.model=p0 gen_ai.embeddings.dimension.count={_backbone.Config.Dim} {ofAll} {backbone} {queue}");
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task What_is_not_answered_says_why_without_a_word_of_the_caller()
    {
        using PromptLibrary library = await LibraryAsync();
        await using PromptInference inference = new(_backbone, library, new PromptInferenceOptions { QueueCapacity = 1 });
        using Activity caller = new Activity("caller").Start();
        using ActivityListener listener = Listen(caller);
        const string embed = "gen_ai.operation.name=embeddings gen_ai.provider.name=spot", known = $"{embed} gen_ai.request.model=p0 spot.backbone.name=spot-tiny";
        await Assert.ThrowsAsync<KeyNotFoundException>(() => inference.EmbedAsync(new PromptRequest(Text(0), Secret), Cancel));
        Same($"embeddings: {embed} error.type=System.Collections.Generic.KeyNotFoundException");
        await Assert.ThrowsAsync<ArgumentException>(() => inference.ClassifyAsync(new PromptRequest(Text(0), "p0") { Labels = [Secret, Secret] }, cancellationToken: Cancel));
        Same("classify: gen_ai.operation.name=classify gen_ai.provider.name=spot error.type=System.ArgumentException");
        using CancellationTokenSource cancel = new();
        using (new Blocked(_backbone))
        {
            await Assert.ThrowsAsync<TimeoutException>(() => inference.EmbedAsync(new PromptRequest(Text(0), "p0") { Timeout = TimeSpan.FromMilliseconds(1) }, Cancel));
            Same($"embeddings p0: {known} error.type=System.TimeoutException");
            Task<EmbeddingResult> cancelled = inference.EmbedAsync(new PromptRequest(Text(1), "p0"), cancel.Token);
            while (inference.Scheduler.Waiting < 1)
            {
                await Task.Delay(1, Cancel);
            }

            await Assert.ThrowsAsync<QueueFullException>(() => inference.EmbedAsync(new PromptRequest(Text(2), "p0"), Cancel));
            Same($"embeddings p0: {known} error.type=Spot.QueueFullException");
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Same($"embeddings p0: {known} error.type=System.OperationCanceledException");
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inference.EmbedAsync(new PromptRequest(Text(0), "p0"), cancel.Token));
        Same($"embeddings: {embed} error.type=System.OperationCanceledException");
    }

    // The one activity that ended since the last look: its name, and its tags in any order.
    private void Same(string expected)
    {
        Assert.True(_ended.TryDequeue(out Activity? activity));
        Assert.Empty(_ended);
        Dictionary<string, object?> tags = activity.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);
        string[] found = [.. tags.Select(tag => tag.Value switch
        {
            string[] words => $"{tag.Key}=[{string.Join(' ', words)}]",
            double and >= 0 when tag.Key == "spot.queue.duration" => $"{tag.Key}>=0",
            _ => FormattableString.Invariant($"{tag.Key}={tag.Value}"),
        })];
        string[] wanted = expected.Split(": ");
        Assert.Equal(wanted[0], activity.DisplayName);
        Assert.Equal(string.Join(' ', wanted[1].Split(' ').Order(StringComparer.Ordinal)), string.Join(' ', string.Join(' ', found).Split(' ').Order(StringComparer.Ordinal)));
        Assert.Equal(ActivityKind.Internal, activity.Kind);
        Assert.Equal(tags.ContainsKey("error.type") ? ActivityStatusCode.Error : ActivityStatusCode.Unset, activity.Status);
        Assert.Null(activity.StatusDescription);
        Assert.Empty(activity.Events);
        Assert.Equal("caller", activity.Parent!.OperationName);
        Assert.DoesNotContain(Secret, string.Join(' ', found) + activity.DisplayName, StringComparison.Ordinal);
    }

    // To what is asked below the caller; tests beside this one ask too.
    private ActivityListener Listen(Activity caller)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Spot",
            Sample = (ref ActivityCreationOptions<ActivityContext> of) => of.Parent.TraceId == caller.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
