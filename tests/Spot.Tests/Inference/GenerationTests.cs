using Spot.Inference;
using Spot.Tests.Backbone;
using Spot.Tokenization;

namespace Spot.Tests.Inference;

/// <summary>How answers are decoded.</summary>
public sealed class GenerationTests : InferenceTestBase
{
    [Fact]
    public async Task A_seed_gives_the_same_text_whatever_is_computed_beside_it()
    {
        await using PromptInference inference = new(_backbone);
        GenerationOptions options = new() { Temperature = 1.5, TopK = 50, TopP = 0.95, MaxNewTokens = 12, Seed = 7, Samples = 3 };
        PromptRequest request = new(Text(0)) { Prompt = _prompts[0] };
        GenerationResult alone = await inference.GenerateAsync(request, options, Cancel);
        Assert.Equal(3, alone.Outputs.Count);
        Assert.True(alone.Outputs.Select(output => string.Join(' ', output.TokenIds)).Distinct().Count() > 1);
        Task<GenerationResult>[] others = [.. Enumerable.Range(0, 12).Select(i => inference.GenerateAsync(new PromptRequest(Text(i)), new GenerationOptions { Temperature = 1, Seed = i, MaxNewTokens = 9 }, Cancel))];
        GenerationResult beside = await inference.GenerateAsync(request, options, Cancel);
        await Task.WhenAll(others);
        Assert.Equal(alone.Outputs.Select(output => output.Text), beside.Outputs.Select(output => output.Text));
        options.Seed = 8;
        Assert.NotEqual(alone.Outputs.Select(output => output.Text), (await inference.GenerateAsync(request, options, Cancel)).Outputs.Select(output => output.Text));
    }

    [Fact]
    public async Task Log_probabilities_of_tokens_are_the_models_own()
    {
        await using PromptInference inference = new(_backbone);
        PromptRequest request = new(Text(3)) { Prompt = _prompts[2], Labels = Labels };
        foreach (GenerationOptions options in new GenerationOptions[]
        {
            new() { Choices = Labels, RepetitionPenalty = 1.5 }, new() { Choices = Labels, Temperature = 3 }, new() { Choices = Labels, Beams = 3 },
        })
        {
            options.LogProbabilities = true;
            GeneratedText written = (await inference.GenerateAsync(request, options, Cancel)).Outputs[0];
            Assert.Equal(written.TokenIds.Count, written.TokenLogProbabilities.Count);
            double expected = ScoresAlone(Text(3), _prompts[2], [written.Text])[0];
            Assert.Equal(expected, written.TokenLogProbabilities.Sum(), 1e-4 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public async Task Penalties_and_lengths_hold()
    {
        await using PromptInference inference = new(_backbone);
        for (int i = 0; i < 10; i++)
        {
            PromptRequest request = new(Text(i)) { Prompt = _prompts[i % 4] };
            GeneratedText plain = (await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = 20, MinNewTokens = 20 }, Cancel)).Outputs[0];
            Assert.Equal((20, FinishReason.Length), (plain.TokenIds.Count, plain.FinishReason));
            Assert.DoesNotContain(_backbone.Tokenizer.EosId, plain.TokenIds);
            int[] noRepeats = [.. (await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = 20, MinNewTokens = 20, NoRepeatNGram = 2 }, Cancel)).Outputs[0].TokenIds];
            (int, int)[] pairs = [.. noRepeats.Zip(noRepeats.Skip(1))];
            Assert.Equal(pairs.Length, pairs.Distinct().Count());
            int[] penalised = [.. (await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = 20, MinNewTokens = 20, RepetitionPenalty = 1e6 }, Cancel)).Outputs[0].TokenIds];
            Assert.True(penalised.Distinct().Count() >= plain.TokenIds.Distinct().Count());
        }
    }

    [Fact]
    public async Task Ten_thousand_constrained_answers_are_all_allowed()
    {
        string[] choices = ["fact", "opinion", "the bridge is long", "the bridge is lovely", "nine metres", "no", "not at all", "yes"];
        PrefixTree counting = new(); // any number of one token, then an end
        int again = _backbone.Tokenizer.Encode("boats", 9)[0];
        PrefixTree place = counting.Add([again]);
        place.Next[again] = place;
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { QueueCapacity = 300 });
        string[] texts = [.. choices.Select(choice => _backbone.Tokenizer.Decode(_backbone.Tokenizer.Encode(choice, 99)))];
        PromptRequest[] requests = [.. Enumerable.Range(0, 20).Select(i => new PromptRequest(Text(i)) { Prompt = _prompts[i % 4] })];
        int legal = 0;
        for (int seed = 0; seed < 16; seed++)
        {
            foreach (GenerationOptions options in new GenerationOptions[]
            {
                new() { Choices = choices, Temperature = 5, Samples = 28, Seed = seed },
                new() { PrefixTree = counting, Temperature = 5, Samples = 4, Seed = seed, MaxNewTokens = 2 + (seed % 5) },
            })
            {
                foreach (GeneratedText output in (await inference.GenerateAsync(requests, options, Cancel)).SelectMany(result => result.Outputs))
                {
                    Assert.Equal(FinishReason.EndOfSequence, output.FinishReason);
                    Assert.True(options.Choices is null ? output.TokenIds.SkipLast(1).All(id => id == again) && output.TokenIds.Count > 1 : texts.Contains(output.Text), output.Text);
                    legal++;
                }
            }
        }

        Assert.InRange(legal, 10_000, int.MaxValue);
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_before_it_and_a_stream_tells_the_same_text()
    {
        await using PromptInference inference = new(_backbone);
        int stopped = 0;
        for (int i = 0; i < 10; i++)
        {
            PromptRequest request = new(Text(i)) { Prompt = _prompts[i % 4] };
            GenerationOptions options = new() { MaxNewTokens = 24, MinNewTokens = 24, Temperature = 1.2, Seed = i };
            string whole = (await inference.GenerateAsync(request, options, Cancel)).Text;
            for (int part = 0; part < 2; part++)
            {
                GenerationResult result = await inference.GenerateAsync(request, options, Cancel);
                List<GenerationUpdate> told = [];
                await foreach (GenerationUpdate update in inference.GenerateStreamingAsync(request, options, Cancel))
                {
                    told.Add(update);
                }

                Assert.Equal(result.Text, string.Concat(told.Select(update => update.Text)));
                Assert.Equal(result.Outputs[0].FinishReason, told[^1].FinishReason);
                Assert.All(told.SkipLast(1), update => Assert.Null(update.FinishReason));
                if (part == 1)
                {
                    Assert.Equal((whole[..whole.IndexOf(options.StopStrings[0], StringComparison.Ordinal)], FinishReason.StopString), (result.Text, result.Outputs[0].FinishReason));
                    stopped++;
                }

                options.StopStrings = [whole.Substring(whole.Length / 2, 3)];
            }
        }

        Assert.Equal(10, stopped);
    }

    [Theory]
    [InlineData("ab", "b|c", 1)]
    [InlineData("abc", "c|b", 1)]
    [InlineData("abc", "d", -1)]
    public void The_first_stop_string_counts(string text, string stops, int expected) => Assert.Equal(expected, StopText.Find(text, stops.Split('|')));

    [Theory]
    [InlineData("the en", "end", 4)]
    [InlineData("the end?", "end", 8)]
    [InlineData("caf\uFFFD\uFFFD", "x", 3)]
    public void What_may_become_a_stop_string_or_a_character_is_held_back(string text, string stop, int expected) => Assert.Equal(expected, StopText.Safe(text, [stop]));

    [Fact]
    public void Top_k_and_top_p_leave_what_they_say()
    {
        float[] scores = [MathF.Log(0.1f), MathF.Log(0.4f), float.NegativeInfinity, MathF.Log(0.3f), MathF.Log(0.2f)];
        Assert.Equal([0, 1, 3, 4], Ids(new GenerationOptions { Temperature = 1 }));
        Assert.Equal([1, 3], Ids(new GenerationOptions { Temperature = 1, TopK = 2 }));
        Assert.Equal([1, 3, 4], Ids(new GenerationOptions { Temperature = 1, TopP = 0.75 }));
        Assert.Equal([1], Ids(new GenerationOptions { Temperature = 1, TopK = 3, TopP = 0.2 }));
        Dictionary<int, int> drawn = Enumerable.Range(0, 20_000).Select(i => Sampler.Draw(scores, new GenerationOptions { Temperature = 1 }, 0, i)).GroupBy(id => id).ToDictionary(ids => ids.Key, ids => ids.Count());
        foreach ((int id, double share) in new[] { (0, 0.1), (1, 0.4), (3, 0.3), (4, 0.2) })
        {
            Assert.Equal(share, drawn[id] / 20_000.0, 0.015);
        }

        int[] Ids(GenerationOptions options) => [.. Sampler.Candidates(scores, options).Select(candidate => candidate.Id)];
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        await using PromptInference inference = new(_backbone);
        PrefixTree endless = new();
        endless.Next[5] = new PrefixTree();
        foreach ((GenerationOptions options, string expected) in new (GenerationOptions, string)[]
        {
            (new() { MaxNewTokens = 0 }, "MaxNewTokens is 0; expected at least 1"), (new() { Temperature = -1 }, "Temperature is -1"), (new() { Temperature = double.NaN }, "Temperature is NaN"),
            (new() { TopP = 0 }, "TopP is 0"), (new() { TopK = -1 }, "TopK is -1"), (new() { TopK = 5 }, "without a Temperature"), (new() { Samples = 2 }, "which are all the same"),
            (new() { Beams = 2, Temperature = 1 }, "expected one of them"), (new() { Beams = 33 }, "at most 32"), (new() { RepetitionPenalty = 0 }, "RepetitionPenalty is 0"),
            (new() { StopStrings = [""] }, "StopStrings holds an empty text"), (new() { Choices = [] }, "Found no choice"), (new() { Choices = ["漢"] }, "vocabulary lacks"),
            (new() { PrefixTree = endless }, "from which no end can be reached"), (new() { Choices = ["fact", "opinion"], MaxNewTokens = 1 }, "which the shortest answer that is allowed takes"),
            (new() { Choices = ["fact"], NoRepeatNGram = 2 }, "which they could make impossible"), (new() { MinNewTokens = 70 }, "expected at least 70"),
        })
        {
            ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => inference.GenerateAsync(new PromptRequest(Text(0)), options, Cancel));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        foreach (PromptRequest request in new PromptRequest[]
        {
            new(""), new(" "), new("x") { MaxInputTokens = 0 }, new("x") { Timeout = TimeSpan.Zero }, new("x", "p0") { Prompt = _prompts[0] },
        })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => inference.GenerateAsync(request, cancellationToken: Cancel));
        }
    }

    [Fact]
    public async Task A_fake_needs_only_single_requests()
    {
        IPromptInference fake = new Fake();
        IReadOnlyList<ClassificationResult> found = await fake.ClassifyAsync([new PromptRequest("a"), new PromptRequest("b")], cancellationToken: Cancel);
        Assert.Equal(["a", "b"], found.Select(result => result.Label));
    }

    private sealed class Fake : IPromptInference
    {
        public Task<ClassificationResult> ClassifyAsync(PromptRequest request, ClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ClassificationResult(request.Text, [new LabelScore(request.Text, 1, 0, 1)], 1, 0));

        public Task<GenerationResult> GenerateAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<GenerationUpdate> GenerateStreamingAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<ScoringResult> ScoreAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<EmbeddingResult> EmbedAsync(PromptRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task PreloadAsync(IReadOnlyList<string> promptIds, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public void Invalidate(string promptId)
        {
        }
    }
}
