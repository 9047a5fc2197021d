using System.Globalization;
using Spectre.Console;
using Spot.Backbone;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Samples.Pretrain;

/// <summary>Validation accuracy by rank classification: the majority, the bare model, and prompts tuned by the small-model recipe.</summary>
internal sealed class Evaluation(string data, string model, int seeds, int rows, Action<TuningOptions> change)
{
    /// <summary>The tasks that the bundled model is measured by.</summary>
    public static readonly string[] Tasks = ["sst2", "cr", "trec", "ag_news", "subj", "rotten_tomatoes", "mnli", "qnli", "qqp", "mrpc"];

    public async Task RunAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        using T5Backbone backbone = T5Backbone.Load(model, new BackboneOptions { Precision = BackbonePrecision.Auto });
        PromptTuner tuner = new(backbone);
        PromptEvaluator evaluator = new(backbone);
        Console.WriteLine($"{backbone.Name} in {backbone.Precision}: task, majority, no prompt, prompts (mean; each seed)");
        foreach (string name in names)
        {
            TextTask task = Read(name);
            TuningOptions options = Options(0);
            double majority = 100.0 * task.Validation.GroupBy(example => example.Target).Max(group => group.Count()) / task.Validation.Count;
            double bare = (await evaluator.EvaluateAsync(null, task, null, options.ToEvaluationOptions(), cancellationToken)).Score;
            List<double> scores = [];
            for (int seed = 0; seed < seeds; seed++)
            {
                scores.Add((await tuner.TuneAsync(task, Options(seed), cancellationToken: cancellationToken)).BestScore);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-16} {majority,6:F1} {bare,6:F1} {scores.DefaultIfEmpty().Average(),6:F1}   {string.Join(" ", scores.Select(score => score.ToString("F1", CultureInfo.InvariantCulture)))}"));
        }
    }

    private TuningOptions Options(long seed)
    {
        TuningOptions options = TuningOptions.SmallModel();
        options.EvaluationMethod = EvaluationMethod.Ranking;
        options.Seed = seed;
        change(options);
        options.EvaluateEvery = Math.Max(options.EvaluateEvery, options.Steps / 8);
        return options;
    }

    // By accuracy alone; the validation rows are the first ones in the order of a fixed shuffle.
    private TextTask Read(string name)
    {
        TextTask task = TaskRegistry.Load(name, data);
        TextExample[] validation = [.. task.Validation];
        new Random(0).Shuffle(validation);
        return new TextTask(task.Name, task.Labels, task.Train, validation[..Math.Min(rows, validation.Length)], family: task.Family);
    }
}
