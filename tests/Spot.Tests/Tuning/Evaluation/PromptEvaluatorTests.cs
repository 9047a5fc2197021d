using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Evaluation on the bundled model: metrics, methods, answers that do not count.</summary>
public sealed class PromptEvaluatorTests : IDisposable
{
    private static readonly string[] Labels = ["positive", "negative"];
    private static readonly TextExample[] Rows =
    [
        new("options: positive ; negative review: It is a fine and lovely film.", "positive"),
        new("options: positive ; negative review: I was bored to tears by all of it.", "negative"),
        new("options: positive ; negative review: a warm and funny story", "positive"),
        new("Which way is the station?", "negative"),
        new("a | b", "positive"),
    ];

    private readonly T5Backbone _backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
    private readonly List<TaskPrediction> _seen = [];

    public void Dispose() => _backbone.Dispose();

    [Fact]
    public async Task Score_is_the_mean_of_the_metrics()
    {
        TextTask task = Task(Labels, new TaskMetric("low", (_, _) => 20), new TaskMetric("high", (_, labels) => labels.Count * 25), TaskMetric.Accuracy);
        PromptEvaluation evaluation = await Evaluate(task);
        Assert.Equal(["low", "high", "accuracy"], evaluation.Metrics.Keys);
        Assert.Equal(50, evaluation.Metrics["high"]);
        Assert.Equal((20 + 50 + evaluation.Metrics["accuracy"]) / 3, evaluation.Score, 1e-9);
    }

    [Fact]
    public async Task An_undefined_metric_makes_the_score_NaN()
    {
        PromptEvaluation evaluation = await Evaluate(Task(Labels, new TaskMetric("nothing", (_, _) => double.NaN), TaskMetric.Accuracy));
        Assert.True(double.IsNaN(evaluation.Score));
        Assert.True(double.IsNaN(evaluation.Metrics["nothing"]));
        Assert.False(double.IsNaN(evaluation.Metrics["accuracy"]));
    }

    [Fact]
    public async Task Predictions_are_what_the_model_writes()
    {
        int longest = Labels.Max(label => _backbone.Tokenizer.Encode(label, 64).Length);
        IReadOnlyList<string> written = await _backbone.GenerateAsync([.. Rows.Select(row => row.Input)], maxTokens: longest, cancellationToken: Cancel);
        PromptEvaluation evaluation = await Evaluate(Task(Labels, Spy()));
        Assert.Equal(Rows, _seen.Select(prediction => prediction.Example));
        Assert.Equal(written, _seen.Select(prediction => prediction.Text));
        Assert.Equal(written.Select(text => Array.IndexOf(Labels, text)), _seen.Select(prediction => prediction.Label));
        int invalid = written.Count(text => !Labels.Contains(text));
        Assert.InRange(invalid, 1, Rows.Length - 1); // else this shows nothing
        Assert.Equal((double)invalid / Rows.Length, evaluation.InvalidOutputRate);
    }

    [Fact]
    public async Task Answer_that_was_cut_before_its_end_is_no_label()
    {
        const int Length = 3;
        string cut = (await _backbone.GenerateAsync(["a | b"], maxTokens: Length, cancellationToken: Cancel))[0];
        TextExample[] rows = [new("a | b", cut)];
        TextTask task = new("t", [cut, "x"], rows, rows, metrics: [TaskMetric.Accuracy, Spy()]);
        PromptEvaluation evaluation = await Evaluate(task, new EvaluationOptions { MaxTargetLength = Length });
        Assert.Equal((cut, -1), (_seen[0].Text, _seen[0].Label));
        Assert.Equal((0, 1), (evaluation.Metrics["accuracy"], evaluation.InvalidOutputRate));
    }

    [Theory]
    [InlineData(EvaluationMethod.Ranking)]
    [InlineData(EvaluationMethod.RankingPerToken)]
    public async Task Ranking_always_answers_with_a_label(EvaluationMethod method)
    {
        PromptEvaluation evaluation = await Evaluate(Task(["positive", "negative", "walrus of the north"], Spy(), TaskMetric.Accuracy), new EvaluationOptions { Method = method });
        Assert.Equal(0, evaluation.InvalidOutputRate);
        Assert.All(_seen, prediction => Assert.Equal(prediction.Text, new[] { "positive", "negative", "walrus of the north" }[prediction.Label]));
        Assert.Equal(100.0 * _seen.Count(prediction => prediction.Text == prediction.Example.Target) / Rows.Length, evaluation.Metrics["accuracy"]);

        // The order of the labels decides nothing.
        string[] first = [.. _seen.Select(prediction => prediction.Text)];
        await Evaluate(Task(["walrus of the north", "negative", "positive"], Spy()), new EvaluationOptions { Method = method });
        Assert.Equal(first, _seen.Skip(Rows.Length).Select(prediction => prediction.Text));
    }

    [Fact]
    public async Task Ranking_agrees_with_decoding_where_that_writes_a_label()
    {
        await Evaluate(Task(Labels, Spy()));
        await Evaluate(Task(Labels, Spy()), new EvaluationOptions { Method = EvaluationMethod.Ranking });
        (TaskPrediction Decoded, TaskPrediction Ranked)[] legal = [.. _seen.Take(Rows.Length).Zip(_seen.Skip(Rows.Length)).Where(pair => pair.First.Label >= 0)];
        Assert.NotEmpty(legal);
        Assert.All(legal, pair => Assert.Equal(pair.Decoded.Text, pair.Ranked.Text));
    }

    [Fact]
    public async Task Tasks_without_labels_are_decoded_whatever_the_method()
    {
        await Evaluate(Task([], Spy()), new EvaluationOptions { MaxTargetLength = 5 });
        PromptEvaluation ranked = await Evaluate(Task([], Spy()), new EvaluationOptions { MaxTargetLength = 5, Method = EvaluationMethod.Ranking });
        Assert.Equal(_seen.Take(Rows.Length), _seen.Skip(Rows.Length));
        Assert.Equal(0, ranked.InvalidOutputRate);
    }

    [Theory]
    [InlineData(EvaluationMethod.Decoding)]
    [InlineData(EvaluationMethod.Ranking)]
    [InlineData(EvaluationMethod.RankingPerToken)]
    public async Task What_was_answered_is_told_of_every_example(EvaluationMethod method)
    {
        PromptEvaluation evaluation = await Evaluate(Task(Labels, TaskMetric.Accuracy, Spy()), new EvaluationOptions { Method = method });
        Assert.Equal(_seen, evaluation.Predictions);
        Assert.Equal(Rows, evaluation.Predictions.Select(prediction => prediction.Example));
        Assert.Equal(evaluation.Metrics["accuracy"], 100.0 * evaluation.Predictions.Count(prediction => prediction.IsExactMatch) / Rows.Length, 1e-9);
        Assert.All(evaluation.Predictions, prediction => Assert.Equal(method == EvaluationMethod.Decoding, prediction.LabelProbabilities is null));
        Assert.All(evaluation.Predictions.Where(prediction => prediction.LabelProbabilities is not null), prediction =>
        {
            Assert.Equal(1, prediction.LabelProbabilities!.Sum(), 1e-12);
            Assert.Equal(prediction.Label, prediction.LabelProbabilities!.Index().MaxBy(label => label.Item).Index);
        });
        ConfusionMatrix matrix = evaluation.Confusion!;
        int right = Enumerable.Range(0, Labels.Length).Sum(label => matrix[label, label]);
        Assert.Equal(evaluation.Metrics["accuracy"], 100.0 * right / Rows.Length, 1e-9);
        Assert.Equal(evaluation.InvalidOutputRate, (double)Enumerable.Range(0, Labels.Length).Sum(matrix.Invalid) / Rows.Length, 1e-9);
    }

    [Fact]
    public async Task A_task_without_labels_has_no_confusion_and_several_right_answers()
    {
        TextExample[] rows = [new("a | b", "never") { Answers = ["never", (await _backbone.GenerateAsync(["a | b"], maxTokens: 62, cancellationToken: Cancel))[0]] }, new("a | b", "never")];
        PromptEvaluation evaluation = await Evaluate(new TextTask("free", [], rows, rows, metrics: [Spy()]));
        Assert.Null(evaluation.Confusion);
        Assert.Equal([true, false], evaluation.Predictions.Select(prediction => prediction.IsExactMatch));
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name()
    {
        foreach ((EvaluationOptions options, string name) in new[]
        {
            (new EvaluationOptions { MaxInputLength = 0 }, "EvaluationOptions.MaxInputLength"), (new EvaluationOptions { MaxTargetLength = 0 }, "EvaluationOptions.MaxTargetLength"),
            (new EvaluationOptions { Method = (EvaluationMethod)9 }, "EvaluationOptions.Method"),
        })
        {
            Assert.Contains(name, (await Assert.ThrowsAnyAsync<ArgumentException>(() => Evaluate(Task(Labels), options))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nothing_to_evaluate_is_an_error()
    {
        PromptEvaluator evaluator = new(_backbone);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => evaluator.EvaluateAsync(null, Task(Labels), [], cancellationToken: Cancel));
        Assert.Contains("Found no examples of 'toy'", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => evaluator.EvaluateAsync([TestPrompts.Of(_backbone.Model, 2, 0)], Task(Labels), [], cancellationToken: Cancel));
    }

    [Fact]
    public async Task Few_shot_examples_are_evaluated_like_any_others()
    {
        TextTask task = Task(Labels, Spy());
        FewShotExamples shown = FewShot.Apply(task, task.Validation, _backbone.Tokenizer, new FewShotOptions { Demonstrations = 3, MaxInputLength = 96 });
        await new PromptEvaluator(_backbone).EvaluateAsync(null, task, shown.Examples, TuningOptions.SmallModel().ToEvaluationOptions(), Cancel);
        Assert.Equal(shown.Examples, _seen.Select(prediction => prediction.Example));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<PromptEvaluation> Evaluate(TextTask task, EvaluationOptions? options = null) =>
        new PromptEvaluator(_backbone).EvaluateAsync(null, task, options: options, cancellationToken: Cancel);

    // Keeps what it is asked to score.
    private TaskMetric Spy() => new("spy", (predictions, _) =>
    {
        _seen.AddRange(predictions);
        return 0;
    });

    private static TextTask Task(string[] labels, params TaskMetric[] metrics) => new("toy", labels, Rows, Rows, metrics: metrics.Length > 0 ? metrics : null);
}
