using Spot.Backbone;
using Spot.Library;
using Spot.Tasks;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The snippets of docs/getting-started.md, in their order. They are compiled, not run; change both together.</summary>
internal static class GettingStartedSnippets
{
    public static IProgress<TuningProgress> Watched()
    {
        Progress<TuningProgress> progress = new(report =>
        {
            if (report.IsMilestone)
            {
                Console.WriteLine(report);
            }
        });
        return progress;
    }

    public static async Task<TuningResult> Resumable(
        PromptTuner tuner, TextTask task, TuningOptions options, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        options.RunFolder = "runs/tickets-0";
        TuningResult result = await tuner.TuneAsync(task, options, progress: progress, cancellationToken: cancellationToken);
        return result;
    }

    public static async Task<double> AllWeights(T5Backbone backbone, TextTask task)
    {
        ModelTuningResult result = await new ModelTuner(backbone).TuneAsync(task, "tuned-model", TuningOptions.ModelTuning());
        using T5Backbone tuned = T5Backbone.Load(result.Folder);
        TuningEvaluation test = await new PromptTuner(tuned).EvaluateAsync(null, task, task.Test);
        return test.Score;
    }

    public static TaskMixture Mixing(TextTask mnli, TextTask qnli, TextTask rte)
    {
        TaskMixture glue = new("glue",
        [
            new MixtureTask(mnli) { Limit = 100_000 }, // its first 100,000 examples
            qnli,
            new MixtureTask(rte) { Rate = 5_000 },     // counts as 5,000 examples, however many it has
        ], temperature: 2);
        return glue;
    }

    public static TextTask RawText(string[] trainDocuments, string[] validationDocuments)
    {
        TextTask web = TextTask.FromText("web", trainDocuments, validationDocuments);
        return web;
    }

    public static async Task<TransferResult> OtherStrategies(
        PromptTuner tuner, TaskEmbedder embedder, PromptLibrary library, Dictionary<string, TextTask> tasks, TextTask target, TuningOptions options, TuningOptions sourceOptions)
    {
        RacingOfTopK racing = new(tuner, embedder, library) { K = 12 };
        MixtureOfTopK mixture = new(tuner, embedder, library, info => tasks[info.Task]) { K = 3, MixtureOptions = sourceOptions };
        TransferResult result = await racing.TransferAsync(target, options);   // result.Steps: what it cost
        return result.Steps > 0 ? result : await mixture.TransferAsync(target, options);
    }

    public static TextTask Metrics(string[] labels, TextExample[] train, TextExample[] validation, TextExample[] test)
    {
        TextTask task = new("tickets", labels, train, validation, test, metrics: [TaskMetrics.MacroF1, TaskMetric.Accuracy]);
        return task;
    }

    public static async Task<string[]> Together(
        PromptTuner tuner, T5Backbone backbone, SoftPrompt first, SoftPrompt second, SoftPrompt third, TextTask task, TuningOptions options, string[] inputs)
    {
        EnsembleEvaluation together = await tuner.EvaluateAsync([first, second, third], task, task.Test, options);   // together.Prompts, together.Vote
        IReadOnlyList<IReadOnlyList<string>> answers = await backbone.GenerateAsync(inputs, [first, second, third]);  // by input, then by prompt
        string[] votes = [.. answers.Select(ofInput => PromptEnsemble.Vote(ofInput, task.Labels))];
        Assert.NotNull(together.Vote);
        return votes;
    }

    public static async Task<double> FewExamples(PromptTuner tuner, T5Backbone backbone, TextTask task, TuningOptions options)
    {
        FewShotExamples shown = FewShot.Apply(task, task.Test, backbone.Tokenizer, new FewShotOptions { Demonstrations = 8, MaxInputLength = 512 });
        TuningEvaluation baseline = await tuner.EvaluateAsync(null, task, shown.Examples, options);
        return baseline.Score;
    }

    public static async Task<StudyResult> Studying(
        T5Backbone backbone, PromptTuner tuner, TextTask[] sources, TextTask[] targets, TuningOptions sourceOptions, TuningOptions targetOptions,
        IProgress<StudyProgress> progress, CancellationToken cancellationToken)
    {
        StudyPlan plan = new()
        {
            Sources = sources,
            Targets = targets,
            SourceOptions = sourceOptions,
            TargetOptions = targetOptions,
            Leaks = (source, target) => source.Name == "mnli" && target.Name == "rte",   // pairs to leave out
        };
        Study study = new(plan, "study", backbone.Fingerprint, tuner, new TaskEmbedder(tuner));
        StudyStatus status = await study.RunAsync(StudyShard.Parse("1/4"), progress, cancellationToken);
        StudyResult result = await study.ResultAsync(cancellationToken);
        Assert.Equal(0, status.Left);
        return result;
    }
}
