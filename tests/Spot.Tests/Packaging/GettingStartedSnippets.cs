using Microsoft.Extensions.DependencyInjection;
using Spot.Backbone;
using Spot.Library;
using Spot.Studies;
using Spot.Tasks;
using Spot.Tests.Transfer;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The program of docs/getting-started.md, piece by piece. Compiled here, run by <see cref="DocumentTests"/>; change both together.</summary>
internal static class GettingStartedSnippets
{
    public static async Task MainAsync()
    {
        TextTask films = TaskFolder.Load("samples/data/films");
        TextTask replies = new(
            "replies", labels: ["yes", "no"],
            train: [new TextExample("reply: Sure, I will come.", "yes"), new TextExample("reply: Sorry, not today.", "no")],
            validation: [new TextExample("reply: Gladly!", "yes")]);
        Console.WriteLine($"{films.Name}: {films.Train.Count} rows, {replies.Name}: {replies.Train.Count}");

        using T5Backbone backbone = T5Backbone.Load("models/spot-tiny");
        PromptTuner tuner = new(backbone);
        TuningOptions options = TuningOptions.SmallModel(); // for models as small as this one; a published checkpoint takes new TuningOptions()
        options.Steps = 50;                                 // of its 200, to see all of this page soon
        Console.WriteLine(DataReport.Create(films, backbone.Tokenizer, options)); // rows, labels, lengths, what would be cut
        TuningResult tuned = await tuner.TuneAsync(films, options);
        IReadOnlyList<string> answers = await backbone.GenerateAsync(["review: A fine, quiet film."], tuned.Best);
        Console.WriteLine($"films: {tuned.BestScore:F1} % on validation; {answers[0]}");

        using PromptLibrary library = PromptLibrary.Open("prompts", backbone.Fingerprint);
        foreach (string name in (string[])["books", "films", "home"])
        {
            TextTask source = TaskFolder.Load($"samples/data/{name}");
            TuningResult ofSource = await tuner.TuneAsync(source, options);
            await library.AddAsync(PromptRecord.FromTuning(source, ofSource), replace: true);
        }

        TextTask target = TaskFolder.Load("samples/data/places");
        TaskEmbedder embedder = new(tuner);
        BestOfTopK strategy = new(tuner, embedder, library) { K = 2 };
        TransferResult transfer = await strategy.TransferAsync(target, options);
        TransferCandidate best = transfer.Best;
        PromptEvaluation test = await new PromptEvaluator(backbone).EvaluateAsync(best.Result.Best, target, target.Test, options.ToEvaluationOptions());
        Console.WriteLine($"places: {best.Result.BestScore:F1} % on validation, {test.Score:F1} % on test, from {best.Sources[0]}");

        RacingOfAll racing = new(tuner, library);
        TransferResult raced = await racing.TransferAsync(target, options);
        Console.WriteLine($"racing: {raced.Best.Result.BestScore:F1} % after {raced.Steps} steps in all");

        Dictionary<string, TextTask> tasks = TaskFolder.LoadAll("samples/data").ToDictionary(task => task.Name);
        MixtureOfTopK mixture = new(tuner, embedder, library, info => tasks[info.Task]) { K = 2, MixtureOptions = options };
        TransferResult mixed = await mixture.TransferAsync(target, options);
        Console.WriteLine($"mixture: {mixed.Best.Result.BestScore:F1} %");

        await library.AddAsync(PromptRecord.FromTuning(target, best.Result, lineage: best.Lineage), replace: true);
        PromptRecord kept = await library.GetAsync("places-0") ?? throw new InvalidOperationException("no prompt");
        IReadOnlyList<string> labels = await backbone.GenerateAsync(["sentence: The harbour is far too loud at night."], kept.Prompt);
        Console.WriteLine(labels[0]);

        options.Steps = 20;
        options.EmbeddingStep = 20;
        StudyPlan plan = new()
        {
            Sources = [tasks["books"], films],
            Targets = [target],
            SourceSeeds = [0],
            TargetSeeds = [0],
            SourceOptions = options,
            TargetOptions = options,
            Leaks = (source, on) => source.Name == "mnli" && on.Name == "rte",   // pairs to leave out
        };
        using Study study = new(plan, "study", backbone.Identity, tuner, new PromptEvaluator(backbone), embedder);
        StudyStatus status = await study.RunAsync();   // or a part of it: RunAsync(StudyShard.Parse("1/4"))
        StudyResult findings = await study.ResultAsync(); // error reductions, similarities, correlations, the paper's table
        Console.WriteLine($"study: {status.Left} units left, {findings.Missing} missing");

        ServiceCollection services = new();
        services.AddSpot(spot =>
        {
            spot.ModelPath = "models/spot-tiny";
            spot.LibraryPath = "prompts";
            spot.Backbone.Device = "cpu";
        });
        services.AddSingleton<Classifier>();
    }

    internal sealed class Classifier(T5Backbone backbone, IPromptLibrary library)
    {
        public async Task<string> AnswerAsync(string input, CancellationToken cancellationToken)
        {
            PromptRecord record = await library.GetAsync("places-0", cancellationToken) ?? throw new InvalidOperationException("no prompt");
            return (await backbone.GenerateAsync([input], record.Prompt, cancellationToken: cancellationToken))[0];
        }
    }
}
