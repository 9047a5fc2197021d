using Spot.Backbone;
using Spot.Inference;
using Spot.Library;
using Spot.Tests.Backbone;

namespace Spot.Tests.Inference;

/// <summary>What is kept, and that it is never stale.</summary>
public sealed class CacheTests : InferenceTestBase
{
    private static readonly GenerationOptions Tokens = new() { MaxNewTokens = 6 };

    [Fact]
    public async Task A_prompt_is_read_once_and_again_when_it_was_replaced()
    {
        using PromptLibrary library = await LibraryAsync();
        CountingLibrary counting = new(library);
        await using PromptInference inference = new(_backbone, counting);
        await inference.PreloadAsync(["p0", "p1"], Cancel);
        Assert.Equal(2, counting.Reads);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => inference.GenerateAsync(new PromptRequest(Text(i), $"p{i % 2}"), Tokens, Cancel)));
        Assert.Equal(2, counting.Reads);
        await library.AddAsync(Record("p0", _prompts[3], "fact", "opinion"), replace: true, Cancel);
        Assert.Equal(GreedyAlone(Text(0), _prompts[3], 6), (await inference.GenerateAsync(new PromptRequest(Text(0), "p0"), Tokens, Cancel)).Outputs[0].TokenIds);
        Assert.Equal(3, counting.Reads);
        inference.Invalidate("p1");
        inference.Invalidate("nobody");
        Assert.Equal(GreedyAlone(Text(0), _prompts[1], 6), (await inference.GenerateAsync(new PromptRequest(Text(0), "p1"), Tokens, Cancel)).Outputs[0].TokenIds);
        Assert.Equal(4, counting.Reads);
        await library.RemoveAsync("p1", Cancel);
        KeyNotFoundException gone = await Assert.ThrowsAsync<KeyNotFoundException>(() => inference.GenerateAsync(new PromptRequest(Text(0), "p1"), Tokens, Cancel));
        Assert.Contains("Found no prompt 'p1' in the library", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_is_replaced_under_load_gives_the_old_answer_or_the_new_one()
    {
        using PromptLibrary library = await LibraryAsync();
        await using PromptInference inference = new(_backbone, library);
        double[][] either = [ScoresAlone(Text(0), _prompts[0], Labels), ScoresAlone(Text(0), _prompts[3], Labels)];
        bool ended = false;
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!Volatile.Read(ref ended))
                {
                    ScoringResult found = await inference.ScoreAsync(new PromptRequest(Text(0), "p0"), Labels, Cancel);
                    Assert.Contains(either, scores => scores.Zip(found.Targets).All(pair => Math.Abs(pair.First - pair.Second.LogProbability) < 1e-4 * Math.Abs(pair.First)));
                }
            },
            Cancel))];
        for (int i = 0; i < 20; i++)
        {
            await library.AddAsync(Record("p0", _prompts[i % 2 == 0 ? 3 : 0], "fact", "opinion"), replace: true, Cancel);
        }

        Volatile.Write(ref ended, true);
        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task More_prompts_than_fit_are_read_again()
    {
        using PromptLibrary library = await LibraryAsync();
        CountingLibrary counting = new(library);
        await using PromptInference inference = new(_backbone, counting, new PromptInferenceOptions { PromptCacheBytes = 8 * _backbone.Config.Dim * sizeof(float), EncoderCacheBytes = 0 });
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 4; i++) // of 3, 7, 11 and 15 rows, of which 8 fit
            {
                Assert.Equal(GreedyAlone(Text(i), _prompts[i], 6), (await inference.GenerateAsync(new PromptRequest(Text(i), $"p{i}"), Tokens, Cancel)).Outputs[0].TokenIds);
            }
        }

        Assert.Equal(8, counting.Reads); // none was there still when it came again
    }

    [Fact]
    public async Task Equal_requests_at_once_are_encoded_once_and_kept_within_the_budget()
    {
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { EncoderCacheBytes = 1 << 20 });
        PromptRequest request = new(Text(0)) { Prompt = _prompts[0], Labels = Labels };
        Task<ClassificationResult>[] all;
        using (new Blocked(_backbone))
        {
            all = [.. Enumerable.Range(0, 8).Select(_ => inference.ClassifyAsync(request, cancellationToken: Cancel))];
        }

        ClassificationResult[] found = await Task.WhenAll(all);
        Assert.Equal(1, inference.Scheduler.Encoder.Encoded);
        Assert.All(found.SelectMany(one => one.Labels.Zip(found[0].Labels)), pair => Assert.Equal(pair.First.LabelSetProbability, pair.Second.LabelSetProbability, 1e-5));
        Assert.Equal(GreedyAlone(Text(0), _prompts[0], 6), (await inference.GenerateAsync(request, Tokens, Cancel)).Outputs[0].TokenIds); // of what was kept
        Assert.Equal(1, inference.Scheduler.Encoder.Encoded);
        SoftPrompt same = new(_prompts[0].Length, _prompts[0].Dim, _prompts[0].Values.Span, _prompts[0].BackboneFingerprint);
        await inference.GenerateAsync(request with { Prompt = same }, Tokens, Cancel);
        Assert.Equal(1, inference.Scheduler.Encoder.Encoded); // the content counts
        await inference.GenerateAsync(request with { Prompt = null }, Tokens, Cancel);
        Assert.Equal(2, inference.Scheduler.Encoder.Encoded);
    }

    [Fact]
    public void The_least_used_goes_first()
    {
        List<string> removed = [];
        ByteBudgetCache<string, string> cache = new(10, value => value.Length, removed.Add);
        cache.Add("a", "aaaa");
        cache.Add("b", "bbbb");
        Assert.True(cache.TryGet("a", out _));
        cache.Add("c", "cccc");
        Assert.Equal(["bbbb"], removed);
        Assert.Equal(8, cache.Bytes);
        cache.Add("huge", "hhhhhhhhhhh");
        cache.Add("a", "aa");
        Assert.Equal(["bbbb", "hhhhhhhhhhh", "aaaa"], removed);
        cache.Clear();
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task A_prompt_of_another_backbone_or_width_is_refused()
    {
        await using PromptInference inference = new(_backbone);
        SpotException other = await Assert.ThrowsAsync<SpotException>(
            () => inference.GenerateAsync(new PromptRequest(Text(0)) { Prompt = new SoftPrompt(1, _backbone.Config.Dim, new float[_backbone.Config.Dim], "another") }, cancellationToken: Cancel));
        Assert.Contains("belongs to the backbone another", other.Message, StringComparison.Ordinal);
        SpotException width = await Assert.ThrowsAsync<SpotException>(
            () => inference.GenerateAsync(new PromptRequest(Text(0)) { Prompt = new SoftPrompt(1, 3, new float[3], _backbone.Fingerprint) }, cancellationToken: Cancel));
        Assert.Contains("1 x 3", width.Message, StringComparison.Ordinal);
        SpotException none = await Assert.ThrowsAsync<SpotException>(() => inference.GenerateAsync(new PromptRequest(Text(0), "p0"), cancellationToken: Cancel));
        Assert.Contains("without a prompt library", none.Message, StringComparison.Ordinal);
    }

    private sealed class CountingLibrary(IPromptLibrary library) : IPromptLibrary
    {
        private int _reads;

        public int Reads => _reads;

        public string? BackboneFingerprint => library.BackboneFingerprint;

        public Task AddAsync(PromptRecord record, bool replace = false, CancellationToken cancellationToken = default) => library.AddAsync(record, replace, cancellationToken);

        public Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            return library.GetAsync(id, cancellationToken);
        }

        public Task<string?> GetVersionAsync(string id, CancellationToken cancellationToken = default) => library.GetVersionAsync(id, cancellationToken);

        public IAsyncEnumerable<PromptInfo> ListAsync(CancellationToken cancellationToken = default) => library.ListAsync(cancellationToken);

        public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default) => library.RemoveAsync(id, cancellationToken);

        public Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, PromptSearchOptions? options = null, CancellationToken cancellationToken = default) =>
            library.SearchAsync(query, options, cancellationToken);
    }
}
