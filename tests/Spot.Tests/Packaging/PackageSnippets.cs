using Spot.Backbone;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The program of the package's own README, src/Spot/README.md. Compiled here, run by <see cref="DocumentTests"/>; change both together.</summary>
internal static class PackageSnippets
{
    public static async Task MainAsync(string[] args)
    {
        using T5Backbone backbone = T5Backbone.Load(args[0]);
        TextTask task = TaskFolder.Load(args[1]);
        TuningOptions options = new() { PromptLength = 20, Steps = 100, EvaluateEvery = 20, EmbeddingStep = 100, MaxInputLength = 128 };
        TuningResult result = await new PromptTuner(backbone).TuneAsync(task, options);
        Console.WriteLine($"{result.BestScore:F1} % of the validation rows");
        Console.WriteLine((await backbone.GenerateAsync([task.Validation[0].Input], result.Best))[0]);
    }
}
