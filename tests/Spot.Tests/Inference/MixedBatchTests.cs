using Spot.Inference;

namespace Spot.Tests.Inference;

/// <summary>Whatever is computed together, each request gets what it gets alone.</summary>
public sealed class MixedBatchTests : InferenceTestBase
{
    private readonly Dictionary<(int Text, int Prompt), (int[] Ids, double[] Scores)> _alone = [];

    [Fact]
    public async Task A_thousand_random_mixtures_equal_each_row_alone()
    {
        SplitMix64 random = SplitMix64.For("mixtures", 1);
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { EncoderCacheBytes = 1 << 20 });
        for (int mixture = 0; mixture < 1000; mixture++)
        {
            (int Kind, int Text, int Prompt, int Tokens)[] rows =
                [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => (random.Next(3), random.Next(12), random.Next(5) - 1, 1 + random.Next(10)))];
            await Task.WhenAll(rows.Select(row => CheckAsync(inference, row)));
        }
    }

    [Fact]
    public async Task Twenty_concurrent_callers_get_their_own_answers()
    {
        await using PromptInference inference = new(_backbone);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(caller => Task.Run(
            async () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    await CheckAsync(inference, ((caller + i) % 3, (caller + (i * 5)) % 12, ((caller * i) % 5) - 1, 1 + ((caller + i) % 9)));
                }
            },
            Cancel)));
    }

    [Fact]
    public async Task Requests_with_other_targets_at_the_same_time_get_their_own_scores()
    {
        await using PromptInference inference = new(_backbone);
        string[] all = ["fact", "opinion", "positive", "negative", "yes", "yes it is long", "yes it is", "no", "not at all", "the harbour"];
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            string[] targets = [.. all.Skip(i % 4).Take(2 + (i % 5))];
            ScoringResult result = await inference.ScoreAsync(new PromptRequest(Text(i % 9)) { Prompt = _prompts[i % 4] }, targets, Cancel);
            AssertClose(ScoresAlone(Text(i % 9), _prompts[i % 4], targets), [.. result.Targets.Select(target => target.LogProbability)]);
        }));
    }

    [Fact]
    public async Task A_call_with_several_requests_keeps_their_order()
    {
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { QueueCapacity = 3 });
        PromptRequest[] requests = [.. Enumerable.Range(0, 40).Select(i => new PromptRequest(Text(i)) { Prompt = _prompts[i % 4], Labels = Labels })];
        IReadOnlyList<GenerationResult> written = await inference.GenerateAsync(requests, new GenerationOptions { MaxNewTokens = 6 }, Cancel);
        IReadOnlyList<ClassificationResult> classes = await inference.ClassifyAsync(requests, cancellationToken: Cancel);
        IReadOnlyList<ScoringResult> scores = await inference.ScoreAsync(requests, Labels, Cancel);
        IReadOnlyList<EmbeddingResult> embeddings = await inference.EmbedAsync(requests, Cancel);
        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(GreedyAlone(Text(i), _prompts[i % 4], 6), written[i].Outputs[0].TokenIds);
            double[] alone = ScoresAlone(Text(i), _prompts[i % 4], Labels);
            AssertClose(alone, [.. classes[i].Labels.Select(label => label.LogProbability)]);
            AssertClose(alone, [.. scores[i].Targets.Select(target => target.LogProbability)]);
            Assert.Equal(_backbone.Config.Dim, embeddings[i].Values.Length);
        }

        Assert.Empty(await inference.GenerateAsync((IReadOnlyList<PromptRequest>)[], cancellationToken: Cancel));
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        foreach ((double one, double other) in expected.Zip(found))
        {
            Assert.Equal(one, other, 1e-5 * Math.Max(1, Math.Abs(one)));
        }
    }

    private async Task CheckAsync(PromptInference inference, (int Kind, int Text, int Prompt, int Tokens) row)
    {
        SoftPrompt? prompt = row.Prompt < 0 ? null : _prompts[row.Prompt];
        (int[] ids, double[] scores) = Alone(row.Text, row.Prompt, prompt);
        PromptRequest request = new(Text(row.Text)) { Prompt = prompt, Labels = Labels };
        switch (row.Kind)
        {
            case 0:
                GenerationResult result = await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = row.Tokens }, Cancel);
                Assert.Equal(ids.Take(row.Tokens), result.Outputs[0].TokenIds);
                break;
            case 1:
                AssertClose(scores, [.. (await inference.ClassifyAsync(request, cancellationToken: Cancel)).Labels.Select(label => label.LogProbability)]);
                break;
            default:
                AssertClose(scores, [.. (await inference.ScoreAsync(request, Labels, Cancel)).Targets.Select(target => target.LogProbability)]);
                break;
        }
    }

    private (int[] Ids, double[] Scores) Alone(int text, int place, SoftPrompt? prompt)
    {
        lock (_alone)
        {
            if (!_alone.TryGetValue((text, place), out (int[] Ids, double[] Scores) known))
            {
                _alone[(text, place)] = known = (GreedyAlone(Text(text), prompt, 10), ScoresAlone(Text(text), prompt, Labels));
            }

            return known;
        }
    }
}
