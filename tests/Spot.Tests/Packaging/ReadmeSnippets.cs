using Spot.Backbone;
using Spot.Inference;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The program of README.md. Compiled here, run by <see cref="DocumentTests"/>; change both together.</summary>
internal static class ReadmeSnippets
{
    public static async Task MainAsync(string[] args)
    {
        string spot = args[0]; // a clone of the repository, for its toy model and sample tasks
        using T5Backbone backbone = T5Backbone.Load(Path.Combine(spot, "models/spot-tiny"));
        PromptTuner tuner = new(backbone);
        PromptEvaluator evaluator = new(backbone);
        using PromptLibrary library = PromptLibrary.Open("prompts", backbone.Fingerprint);
        TuningOptions options = TuningOptions.SmallModel();
        foreach (string name in (string[])["books", "films", "home"]) // source tasks: tuned once, kept with their task embeddings
        {
            TextTask source = TaskFolder.Load(Path.Combine(spot, "samples/data", name));
            TuningResult tuned = await tuner.TuneAsync(source, options);
            await library.AddAsync(PromptRecord.FromTuning(source, tuned), replace: true);
            Console.WriteLine($"{name}: {tuned.BestScore} % of the validation rows");
        }

        TextTask target = TaskFolder.Load(Path.Combine(spot, "samples/data/places")); // a new task: which one is it like?
        PromptMatch nearest = (await library.SearchAsync(await new TaskEmbedder(tuner).EmbedAsync(target, options)))[0];
        SoftPrompt start = (await library.GetAsync(nearest.Info.Id))!.Prompt;
        (options.Steps, options.Initialization) = (20, PromptInitialization.ClassLabels);
        TuningResult alone = await tuner.TuneAsync(target, options), transferred = await tuner.TuneAsync(target, options, start);
        foreach ((string from, TuningResult result) in new[] { ("class labels", alone), (nearest.Info.Task, transferred) })
            Console.WriteLine($"places from {from}: {(await evaluator.EvaluateAsync(result.Best, target, target.Test, options.ToEvaluationOptions())).Score} % of the test rows");
        Console.WriteLine((await backbone.GenerateAsync(["sentence: The harbour is far too loud at night."], transferred.Best))[0]);

        await library.AddAsync(PromptRecord.FromTuning(target, transferred, "places"), replace: true);
        await using PromptInference inference = new(backbone, library);
        PromptRequest[] requests = [.. new[] { "The harbour is far too loud at night.", "The harbour has two piers." }.Select(text => new PromptRequest($"sentence: {text}", "places"))];
        foreach (ClassificationResult answer in await inference.ClassifyAsync(requests))
            Console.WriteLine($"{answer.Label} ({100 * answer.Best.LabelSetProbability:F1} %)");
    }
}
