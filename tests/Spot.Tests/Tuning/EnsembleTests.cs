using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Several prompts at once on the bundled model, against one at a time.</summary>
public sealed class EnsembleTests : IDisposable
{
    private static readonly string[] Labels = ["positive", "negative"];
    private static readonly TextExample[] Rows =
    [
        .. new[] { "fine", "bad", "lovely", "dull", "warm and funny", "cold", "far too long", "great", "noisy", "quite sad", "short", "new" }
            .Select((word, i) => new TextExample($"review: The film is {word}{(i % 3 == 0 ? ", and we all said so on the way home" : "")}.", Labels[i % 2])),
    ];

    private readonly T5Backbone _backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });

    public void Dispose() => _backbone.Dispose();

    [Fact]
    public async Task Answers_equal_those_of_each_prompt_by_itself()
    {
        string[] inputs = [.. Rows.Select(row => row.Input)];
        SoftPrompt[] prompts = Prompts();
        IReadOnlyList<IReadOnlyList<string>> together = await _backbone.GenerateAsync(inputs, prompts, maxTokens: 6, cancellationToken: Cancel);
        Assert.Equal(inputs.Length, together.Count);
        HashSet<string> different = [];
        for (int i = 0; i < prompts.Length; i++)
        {
            IReadOnlyList<string> alone = await _backbone.GenerateAsync(inputs, prompts[i], maxTokens: 6, cancellationToken: Cancel);
            Assert.Equal(alone, together.Select(answers => answers[i]));
            different.Add(string.Join('|', alone));
        }

        Assert.Equal(prompts.Length, different.Count); // else a mixed-up prompt would not show
    }

    [Theory]
    [InlineData(EvaluationMethod.Decoding)]
    [InlineData(EvaluationMethod.Ranking)]
    [InlineData(EvaluationMethod.RankingPerToken)]
    public async Task Evaluations_equal_those_of_each_prompt_by_itself_and_the_vote_is_the_majority(EvaluationMethod method)
    {
        List<TaskPrediction[]> seen = [];
        TaskMetric spy = new("spy", (predictions, _) =>
        {
            seen.Add([.. predictions]);
            return seen.Count;
        });
        TextTask task = new("toy", Labels, Rows, Rows, metrics: [TaskMetric.Accuracy, spy]);
        EvaluationOptions options = new() { Method = method };
        PromptEvaluator evaluator = new(_backbone);
        SoftPrompt[] prompts = Prompts();
        EnsembleEvaluation together = await evaluator.EvaluateAsync(prompts, task, Rows, options, Cancel);
        TaskPrediction[][] answers = [.. seen.Take(prompts.Length)];
        TaskPrediction[] vote = seen[prompts.Length];
        Assert.Equal(prompts.Length, together.Prompts.Count);
        for (int i = 0; i < prompts.Length; i++)
        {
            PromptEvaluation alone = await evaluator.EvaluateAsync(prompts[i], task, Rows, options, Cancel);
            Assert.Equal(seen[^1].Select(answer => (answer.Text, answer.Label)), answers[i].Select(answer => (answer.Text, answer.Label)));
            Assert.Equal(alone.Metrics["accuracy"], together.Prompts[i].Metrics["accuracy"]);
            Assert.Equal(alone.InvalidOutputRate, together.Prompts[i].InvalidOutputRate);
        }

        // An independent vote: by far the most weight for labels, then frequency, then the earliest.
        for (int row = 0; row < Rows.Length; row++)
        {
            string[] texts = [.. answers.Select(ofPrompt => ofPrompt[row].Text)];
            string winner = texts.GroupBy(text => text).OrderByDescending(group => (Labels.Contains(group.Key) ? 1000 : 0) + group.Count()).First().Key;
            Assert.Equal(winner, vote[row].Text);
            Assert.Same(Rows[row], vote[row].Example);
        }

        Assert.Equal(100.0 * vote.Count(v => v.Text == v.Example.Target) / Rows.Length, together.Vote.Metrics["accuracy"]);
        Assert.Equal((double)vote.Count(v => !Labels.Contains(v.Text)) / Rows.Length, together.Vote.InvalidOutputRate);
    }

    [Fact]
    public async Task One_prompt_is_its_own_majority()
    {
        TextTask task = new("toy", Labels, Rows, Rows);
        EnsembleEvaluation one = await new PromptEvaluator(_backbone).EvaluateAsync([Prompts()[0]], task, cancellationToken: Cancel);
        Assert.Equal(one.Prompts[0].Score, one.Vote.Score);
        Assert.Equal(one.Prompts[0].InvalidOutputRate, one.Vote.InvalidOutputRate);
    }

    [Fact]
    public async Task Null_means_the_bare_model()
    {
        TextTask task = new("toy", Labels, Rows, Rows);
        PromptEvaluation bare = await new PromptEvaluator(_backbone).EvaluateAsync(null, task, Rows, new EvaluationOptions(), Cancel);
        IReadOnlyList<string> answers = await _backbone.GenerateAsync(["x"], null, 8, 2, Cancel);
        Assert.Equal(Rows, bare.Predictions.Select(prediction => prediction.Example));
        Assert.Single(answers);
    }

    [Fact]
    public async Task No_prompts_and_foreign_ones_are_refused()
    {
        TextTask task = new("toy", Labels, Rows, Rows);
        PromptEvaluator evaluator = new(_backbone);
        SoftPrompt[] foreign = [Prompts()[0], new(3, 256, new float[768], "another")];
        SoftPrompt[] holed = [Prompts()[0], null!];
        await Assert.ThrowsAsync<SpotException>(() => evaluator.EvaluateAsync(foreign, task, cancellationToken: Cancel));
        await Assert.ThrowsAsync<SpotException>(() => _backbone.GenerateAsync(["x"], foreign, cancellationToken: Cancel));
        foreach (SoftPrompt[] prompts in new[] { [], holed })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => evaluator.EvaluateAsync(prompts, task, cancellationToken: Cancel));
            await Assert.ThrowsAsync<ArgumentException>(() => _backbone.GenerateAsync(["x"], prompts, cancellationToken: Cancel));
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SoftPrompt[] Prompts() => [.. new[] { 3, 12, 1, 5 }.Select((length, seed) => TestPrompts.Of(_backbone.Model, length, seed))];
}
