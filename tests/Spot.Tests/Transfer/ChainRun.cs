using System.Text.Json;
using Spot.Inference;
using Spot.Tests.Tasks.Metrics;
using Spot.Tuning;

namespace Spot.Tests.Transfer;

/// <summary>Compares a run with what a chain's file has of it.</summary>
/// <param name="file">The file.</param>
/// <param name="chain">The model.</param>
internal sealed class ChainRun(ChainFile file, Chain chain)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Losses, gradients, evaluations, checkpoints.</summary>
    /// <param name="kind"><c>source</c> or <c>target</c>.</param>
    /// <param name="name">The run.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="reports">What it told on its way.</param>
    public void Check(string kind, string name, TuningResult result, IEnumerable<TuningProgress> reports)
    {
        JsonElement run = file.Json.GetProperty(kind + "_runs").GetProperty(name);
        bool isTransfer = !file.Json.GetProperty("starts").TryGetProperty(run.GetProperty("start").GetString()!, out _);
        double[] norms = [.. reports.Where(report => report.Step > 0 && !double.IsNaN(report.Loss)).Select(report => report.GradientNorm)];
        Near(run.GetProperty("losses").Numbers(), result.Losses, file.Tolerance(isTransfer, "loss_relative"), $"{name}: loss");
        Near(run.GetProperty("gradient_norms").Numbers(), norms, file.Tolerance(isTransfer, "gradient_norm_relative"), $"{name}: gradient norm");
        Assert.Equal(
            run.GetProperty("evaluations").EnumerateArray().Select(evaluation => (evaluation.GetProperty("step").GetInt32(), Math.Round(evaluation.GetProperty("score").GetDouble(), 9))),
            result.Evaluations.Select(evaluation => (evaluation.Step, Math.Round(evaluation.Score, 9))));
        Assert.Equal((run.GetProperty("best_step").GetInt32(), run.GetProperty("best_score").GetDouble()), (result.BestStep, result.BestScore));
        foreach ((string checkpoint, SoftPrompt found) in new[] { ("early", result.Embedding!.Prompt), ("best", result.Best), ("final", result.Final) })
        {
            SoftPrompt expected = file.Prompt($"{kind}.{name}.{checkpoint}");
            Below(GoldenData.Difference(found.Values.Span, expected.Values.Span), file.Tolerance(isTransfer, "prompt_max"), $"{name}: {checkpoint}");
            Below(Distance(found, expected), file.Tolerance(isTransfer, "prompt_rms"), $"{name}: {checkpoint}, RMS");
        }
    }

    /// <summary>The answers of a run's checkpoints by every method, and how likely each label is.</summary>
    public async Task CheckAnswersAsync(string kind, string name, TuningResult result)
    {
        JsonElement run = file.Json.GetProperty(kind + "_runs").GetProperty(name);
        bool isTransfer = !file.Json.GetProperty("starts").TryGetProperty(run.GetProperty("start").GetString()!, out _);
        string task = run.GetProperty("task").GetString()!;
        Dictionary<int, JsonElement> evaluations = run.GetProperty("evaluations").EnumerateArray().ToDictionary(evaluation => evaluation.GetProperty("step").GetInt32());
        foreach ((int step, SoftPrompt prompt) in new[] { (result.Embedding!.Step, result.Embedding.Prompt), (result.BestStep, result.Best), (result.Losses.Count, result.Final) }.DistinctBy(one => one.Item1))
        {
            await CheckAnswersAsync(task, prompt, evaluations[step], file.Scores($"{kind}.{name}", step), file.Tolerance(isTransfer, "label_log_probability"));
        }
    }

    /// <summary>The answers of a prompt by every method, and how likely each label is.</summary>
    public async Task CheckAnswersAsync(string task, SoftPrompt prompt, JsonElement expected, float[] scores, double tolerance)
    {
        TextTask of = file.Task(task);
        PromptEvaluator evaluator = new(chain.Backbone);
        PromptEvaluation ranked = await evaluator.EvaluateAsync(prompt, of, options: new EvaluationOptions { Method = EvaluationMethod.Ranking }, cancellationToken: Cancel);
        PromptEvaluation perToken = await evaluator.EvaluateAsync(prompt, of, options: new EvaluationOptions { Method = EvaluationMethod.RankingPerToken }, cancellationToken: Cancel);
        PromptEvaluation written = await evaluator.EvaluateAsync(prompt, of, options: new EvaluationOptions { Method = EvaluationMethod.Decoding }, cancellationToken: Cancel);
        Assert.Equal(expected.GetProperty("score").GetDouble(), ranked.Score, 1e-9);
        Assert.Equal(expected.GetProperty("chosen").EnumerateArray().Select(label => label.GetInt32()), ranked.Predictions.Select(prediction => prediction.Label));
        Assert.Equal(expected.GetProperty("score_per_token").GetDouble(), perToken.Score, 1e-9);
        Assert.Equal(expected.GetProperty("greedy_score").GetDouble(), written.Score, 1e-9);
        Assert.Equal(expected.GetProperty("greedy_illegal").GetDouble(), written.InvalidOutputRate, 1e-9);
        foreach ((JsonElement text, TaskPrediction prediction) in expected.GetProperty("greedy_texts").EnumerateArray().Zip(written.Predictions))
        {
            Assert.Equal(text.ValueKind == JsonValueKind.Null ? -1 : Array.IndexOf([.. of.Labels], text.GetString()), prediction.Label);
            Assert.Equal(text.GetString() ?? prediction.Text, prediction.Text);
        }

        if (scores.Length > 0)
        {
            await using PromptInference inference = new(chain.Backbone);
            IReadOnlyList<ScoringResult> found = await inference.ScoreAsync([.. of.Validation.Select(row => new PromptRequest(row.Input) { Prompt = prompt })], of.Labels, Cancel);
            double[] likely = [.. found.SelectMany(row => row.Targets.Select(target => target.LogProbability))];
            Assert.Equal(scores.Length, likely.Length);
            Assert.All(scores.Zip(likely), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        }
    }

    /// <summary>Root mean squares: of the difference, as a share of the expected one's.</summary>
    public static double Distance(SoftPrompt found, SoftPrompt expected) => Math.Sqrt(
        found.Values.ToArray().Zip(expected.Values.ToArray(), (a, b) => ((double)a - b) * ((double)a - b)).Sum() / expected.Values.ToArray().Sum(value => (double)value * value));

    public static void Below(double found, double tolerance, string what) => Assert.True(found <= tolerance, $"{what}: {found:E2}, expected at most {tolerance:E0}");

    private static void Near(double[] expected, IReadOnlyList<double> found, double tolerance, string what)
    {
        Assert.Equal(expected.Length, found.Count);
        Below(expected.Zip(found, (x, y) => Math.Abs((y / x) - 1)).Max(), tolerance, what);
    }
}
