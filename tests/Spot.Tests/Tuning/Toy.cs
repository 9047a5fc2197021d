using Spot.Backbone;
using Spot.Tests.Backbone;

namespace Spot.Tests.Tuning;

/// <summary>A small task and small runs on the bundled model.</summary>
internal static class Toy
{
    public static readonly string[] Labels = ["fact", "opinion"];

    public static T5Backbone Backbone() => T5Backbone.Load(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });

    public static TextTask Task(string name = "toy")
    {
        TextExample[] rows =
        [
            .. Enumerable.Range(1, 12).Select(i => new TextExample($"sentence: The bridge of {name} is {i} metres long.", "fact")),
            .. Enumerable.Range(1, 12).Select(i => new TextExample($"sentence: I think {name} number {i} is quite wonderful.", "opinion")),
        ];
        return new TextTask(name, Labels, rows, rows, family: "subjectivity");
    }

    /// <summary>The task with scores that a test makes up, one for each evaluation in order.</summary>
    public static TextTask Scripted(Func<double> next)
    {
        TextTask toy = Task();
        return new TextTask("scripted", toy.Labels, toy.Train, toy.Validation, metrics: [new TaskMetric("scripted", (_, _) => next())]);
    }

    /// <summary>Two tasks, raw text among them.</summary>
    public static TaskMixture Mixture() => new(
        "toys",
        [
            new MixtureTask(Task()),
            new MixtureTask(TextTask.FromText("text", ["The old mill stands by the river and turns all day.", "Many small boats go up and down."], ["A bridge leads over the river."])),
        ]);

    public static ModelTuningOptions ModelOptions(int steps) => new()
    {
        Steps = steps,
        EvaluateEvery = Math.Max(1, steps / 2),
        BatchSize = 8,
        MicroBatchSize = 16,
        Dropout = 0,
        MaxInputLength = 96,
        MaxTargetLength = 16,
        Optimizer = new AdamWOptions { LearningRate = 3e-4 },
    };

    public static TuningOptions Options(int steps)
    {
        TuningOptions options = TuningOptions.SmallModel();
        options.Steps = steps;
        options.EvaluateEvery = Math.Max(1, steps / 2);
        options.BatchSize = 8;
        options.PromptLength = 5;
        return options;
    }
}
