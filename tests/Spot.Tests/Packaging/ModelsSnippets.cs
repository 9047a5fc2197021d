using Spot.Backbone;
using Spot.Studies;
using Spot.Tasks;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The snippets of docs/models.md, in their order. They need a published checkpoint: compiled, not run; change both together.</summary>
internal static class ModelsSnippets
{
    public static void LoadModels()
    {
        using T5Backbone backbone = T5Backbone.Load("flan-t5-base");

        using T5Backbone onGpu = T5Backbone.Load("flan-t5-base", new BackboneOptions { Device = "cuda" }); // or cuda:1
    }

    public static async Task LoadLargeAsync(CancellationToken cancellationToken)
    {
        await using T5Backbone large = await T5Backbone.LoadAsync(
            "t5-xl-lm-adapt",
            progress: new Progress<BackboneLoadProgress>(now => Console.WriteLine($"{100.0 * now.BytesRead / now.BytesTotal:F0} %")),
            cancellationToken: cancellationToken);
    }

    public static async Task LookAsync(T5Backbone backbone)
    {
        TextTask task = TaskFolder.Load("my-tasks/tickets");
        TuningOptions options = new() { PromptLength = 20, Steps = 1_000, EvaluateEvery = 100, EmbeddingStep = 500, MaxInputLength = 128, MaxValidationExamples = 200 };
        Console.WriteLine(DataReport.Create(task, T5Tokenizer.Load("flan-t5-base"), options)); // needs no model and no backend

        SweepPlan sweep = new() { Task = task, Options = options, LearningRates = [0.1, 0.3, 1], PromptLengths = [20, 100], Seeds = [0, 1] };
        PromptTuner tuner = new(backbone);
        using Study study = new(sweep, "sweep", backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner));
        await study.RunAsync();
        Console.WriteLine((await study.ResultAsync()).Settings[0]); // a table by setting; also ToMarkdown and ToJson
    }
}
