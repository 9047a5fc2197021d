using Spot.Inference;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Tests.Inference;

/// <summary>A temperature is fitted by a run that ranks, kept with the prompt, and used where it was fitted for.</summary>
public sealed class CalibrationTests : InferenceTestBase
{
    [Theory]
    [InlineData(EvaluationMethod.Ranking)]
    [InlineData(EvaluationMethod.RankingPerToken)]
    public async Task A_run_that_ranks_fits_it_and_keeps_it(EvaluationMethod method)
    {
        TuningOptions options = Tuning.Toy.Options(2);
        (options.EvaluationMethod, options.RunFolder) = (method, Path.Combine(_folder.Path, "run"));
        TextTask task = Mixed();
        PromptTuner tuner = new(_backbone);
        TuningResult result = await tuner.TuneAsync(task, options, cancellationToken: Cancel);
        PromptRecord record = PromptRecord.FromTuning(task, result, "mixed");
        PromptEvaluation best = await new PromptEvaluator(_backbone).EvaluateAsync(result.Best, task, options: options.ToEvaluationOptions(), cancellationToken: Cancel);
        Assert.NotNull(record.Info.CalibrationTemperature);
        Assert.Equal(TemperatureScaling.Fit(task.Labels, best.Predictions)!.Value, record.Info.CalibrationTemperature!.Value, 1e-6);
        TuningResult again = await tuner.TuneAsync(task, options, cancellationToken: Cancel); // from the checkpoint
        Assert.Equal(record.Info.CalibrationTemperature, PromptRecord.FromTuning(task, again).Info.CalibrationTemperature);
        (options.EvaluationMethod, options.RunFolder) = (EvaluationMethod.Decoding, null);
        Assert.Null(PromptRecord.FromTuning(task, await tuner.TuneAsync(task, options, cancellationToken: Cancel)).Info.CalibrationTemperature);
    }

    [Fact]
    public async Task It_is_used_where_it_was_fitted_for()
    {
        using PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, "prompts"));
        await AddAsync("whole", EvaluationMethod.Ranking);
        await AddAsync("tokens", EvaluationMethod.RankingPerToken);
        await using PromptInference inference = new(_backbone, library);
        double[] alone = ScoresAlone(Text(0), _prompts[0], ["fact", "not at all"]);
        double[] perToken = [.. alone.Zip(["fact", "not at all"], (score, label) => score / _backbone.Tokenizer.Encode(label, 99).Length)];
        await CheckAsync(new("whole"), null, alone, 2.5);
        await CheckAsync(new("tokens"), null, perToken, 2.5);
        await CheckAsync(new("whole"), new ClassificationOptions { Temperature = 1 }, alone, 1);
        await CheckAsync(new("whole"), new ClassificationOptions { Temperature = 4 }, alone, 4);
        await CheckAsync(new("whole"), new ClassificationOptions { PerToken = true }, perToken, 1); // fitted otherwise
        await CheckAsync(new("tokens"), new ClassificationOptions { PerToken = false }, alone, 1);
        await CheckAsync(new("whole"), new ClassificationOptions { PerToken = false, AbstainBelow = 0.1 }, alone, 2.5);
        await CheckAsync(new("whole", ["not at all", "fact"]), null, [alone[1], alone[0]], 2.5); // the same ones
        double[] others = ScoresAlone(Text(0), _prompts[0], ["fact", "yes"]);
        await CheckAsync(new("whole", ["fact", "yes"]), null, others, 1);

        async Task AddAsync(string id, EvaluationMethod method)
        {
            PromptRecord record = Record(id, _prompts[0], "fact", "not at all");
            await library.AddAsync(record with { Info = record.Info with { EvaluationMethod = method, CalibrationTemperature = 2.5 } }, cancellationToken: Cancel);
        }

        async Task CheckAsync(Asked asked, ClassificationOptions? options, double[] scores, double temperature)
        {
            ClassificationResult found = await inference.ClassifyAsync(new PromptRequest(Text(0), asked.Id) { Labels = asked.Labels }, options, Cancel);
            double sum = scores.Sum(score => Math.Exp(score / temperature));
            foreach ((double score, LabelScore label) in scores.Zip(found.Labels))
            {
                Assert.Equal(Math.Exp(score / temperature) / sum, label.LabelSetProbability, 1e-5);
                Assert.Equal(ScoresAlone(Text(0), _prompts[0], [label.Label])[0], label.LogProbability, 1e-3); // the model's own
            }
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_record_with_an_impossible_one_is_refused(double temperature)
    {
        using PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, "prompts"));
        PromptRecord record = Record("p", _prompts[0], "fact", "opinion");
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => library.AddAsync(record with { Info = record.Info with { CalibrationTemperature = temperature } }, cancellationToken: Cancel));
        Assert.Contains("calibration temperature", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Fitted on validation rows, looked at on the test rows of all tasks together: tasks of the repository, prompts tuned for a few steps.</summary>
    [Fact]
    public async Task On_the_bundled_tasks_the_right_labels_become_more_likely()
    {
        List<double> before = [], after = []; // -log of the right label's probability
        foreach (string name in new[] { "places", "films", "home", "notes" })
        {
            TextTask task = TaskFolder.Load(Path.Combine(TestPaths.RepositoryRoot, "samples", "data", name));
            TuningOptions options = TuningOptions.SmallModel();
            (options.Steps, options.EvaluateEvery, options.EvaluationMethod, options.Initialization) = (30, 10, EvaluationMethod.Ranking, PromptInitialization.ClassLabels);
            TuningResult result = await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel);
            double temperature = PromptRecord.FromTuning(task, result).Info.CalibrationTemperature ?? 1;
            PromptEvaluation test = await new PromptEvaluator(_backbone).EvaluateAsync(result.Best, task, task.Test, options.ToEvaluationOptions(), Cancel);
            before.AddRange(Losses(task, test, 1));
            after.AddRange(Losses(task, test, temperature));
        }

        Assert.True(after.Average() < before.Average(), $"{before.Average():F4} before, {after.Average():F4} after");
    }

    private static IEnumerable<double> Losses(TextTask task, PromptEvaluation evaluation, double temperature) => evaluation.Predictions.Select(prediction =>
    {
        double[] weights = [.. prediction.LabelProbabilities!.Select(p => Math.Pow(p, 1 / temperature))];
        return -Math.Log(weights[task.Labels.ToList().IndexOf(prediction.Example.Target)] / weights.Sum());
    });

    // The toy task with some labels that are wrong, so that a temperature is the best one.
    private static TextTask Mixed()
    {
        TextTask toy = Tuning.Toy.Task();
        TextExample[] rows = [.. toy.Validation.Select((row, i) => i % 5 == 0 ? row with { Target = row.Target == "fact" ? "opinion" : "fact" } : row)];
        return new TextTask("mixed", toy.Labels, toy.Train, rows);
    }

    private sealed record Asked(string Id, IReadOnlyList<string>? Labels = null);
}
