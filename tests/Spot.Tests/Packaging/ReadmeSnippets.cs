using Microsoft.Extensions.DependencyInjection;
using Spot;
using Spot.Backbone;
using Spot.Interop;
using Spot.Library;
using Spot.Tasks;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The snippets of README.md, in their order. They are compiled, not run; change both together.</summary>
internal static class ReadmeSnippets
{
    public static async Task Shortest()
    {
        using T5Backbone backbone = T5Backbone.Load("models/spot-tiny");
        TuningResult result = await new PromptTuner(backbone).TuneAsync(TaskFolder.Load("samples/data/films"), TuningOptions.SmallModel());
        IReadOnlyList<string> answers = await backbone.GenerateAsync(["review: A fine, quiet film."], result.Best);
        Assert.Single(answers);
    }

    public static async Task Transfer()
    {
        using T5Backbone backbone = T5Backbone.Load("models/spot-tiny");
        PromptTuner tuner = new(backbone);
        PromptLibrary library = PromptLibrary.Open("prompts", backbone.Fingerprint);
        TuningOptions options = TuningOptions.SmallModel();

        // Source tasks: tuned once, kept with their task embeddings.
        foreach (string folder in (string[])["samples/data/books", "samples/data/films", "samples/data/home"])
        {
            TextTask source = TaskFolder.Load(folder);
            TuningResult tuned = await tuner.TuneAsync(source, options);
            await library.AddAsync(PromptRecord.FromTuning(source, tuned), replace: true);
        }

        // A new task: embed it, fetch the two nearest source prompts, tune from each, keep the better run.
        TextTask target = TaskFolder.Load("samples/data/places");
        BestOfTopK strategy = new(tuner, new TaskEmbedder(tuner), library) { K = 2 };
        TransferResult transfer = await strategy.TransferAsync(target, options);
        TransferCandidate best = transfer.Best;
        Console.WriteLine($"from {best.Sources[0]}: {best.Result.BestScore:F1} % on validation");

        TuningEvaluation test = await tuner.EvaluateAsync(best.Result.Best, target, target.Test, options);
        Console.WriteLine($"{test.Score:F1} % on test");
        await library.AddAsync(PromptRecord.FromTuning(target, best.Result, lineage: best.Lineage), replace: true);
    }

    public static async Task Racing(PromptTuner tuner, PromptLibrary library, TextTask target, TuningOptions options)
    {
        RacingOfTopK racing = new(tuner, new TaskEmbedder(tuner), library) { K = 12 };
        TransferResult raced = await racing.TransferAsync(target, options);
        Console.WriteLine($"{raced.Best.Result.BestScore:F1} % after {raced.Steps} steps in all");
    }

    public static async Task Studying(T5Backbone backbone, PromptTuner tuner, TextTask[] sources, TextTask[] targets, TuningOptions options)
    {
        StudyPlan plan = new() { Sources = sources, Targets = targets, SourceOptions = options, TargetOptions = options };
        Study study = new(plan, "study", backbone.Fingerprint, tuner, new TaskEmbedder(tuner));
        await study.RunAsync();
        StudyResult findings = await study.ResultAsync(); // error reductions, similarities, correlations, the paper's table
        Assert.Equal(0, findings.Missing);
    }

    public static async Task Progress(PromptTuner tuner, TextTask target, CancellationToken cancellationToken)
    {
        Progress<TuningProgress> progress = new(p =>
        {
            if (p.Evaluation is { } evaluation)
            {
                Console.WriteLine($"{p.Task} {p.Step}/{p.Steps}: {evaluation.Score:F1} %, about {p.Remaining:hh\\:mm\\:ss} left");
            }
        });
        TuningOptions paper = new() { MicroBatchSize = 4, Seed = 1 };
        TuningResult result = await tuner.TuneAsync(target, paper, progress: progress, cancellationToken: cancellationToken);
        Assert.Equal(1, result.Seed);
    }

    public static async Task Modes(
        T5Backbone backbone, PromptTuner tuner, TextTask films, TextTask books, SoftPrompt source, string[] texts, TuningOptions options,
        IProgress<TuningProgress> progress)
    {
        // Any prompt can be the start (transfer), any mixture of tasks can be tuned on; both work together.
        TaskMixture mixture = new("opinions", [films, new MixtureTask(books) { Limit = 500 }], temperature: 2);
        TuningResult onMixture = await tuner.TuneAsync(mixture, options, start: source);

        // Raw text as a source task: prefix language modelling, or span corruption.
        TuningResult onText = await tuner.TuneAsync(TextTask.FromText("letters", texts[10..], texts[..10]), options);

        // The model itself, all weights, as a baseline; the result is a checkpoint folder.
        ModelTuningResult model = await new ModelTuner(backbone).TuneAsync(mixture, "tuned-model", TuningOptions.ModelTuning());

        // No tuning at all: demonstrations in front of the input.
        FewShotExamples shown = FewShot.Apply(films, films.Test, backbone.Tokenizer, new FewShotOptions { Demonstrations = 4 });
        TuningEvaluation untuned = await tuner.EvaluateAsync(null, films, shown.Examples);

        // Labels ranked by likelihood instead of written; several prompts in one pass, and their majority vote.
        TuningOptions ranking = new() { EvaluationMethod = EvaluationMethod.Ranking };
        EnsembleEvaluation ensemble = await tuner.EvaluateAsync([source, onMixture.Best], films, films.Test, ranking);

        // A run that survives: started again after a stop or a crash, it ends with the same bits.
        TuningOptions resumable = new() { RunFolder = "runs/films-0" };
        TuningResult result = await tuner.TuneAsync(films, resumable, progress: progress);
        Assert.NotNull((object[])[onText, model, untuned, ensemble, result]);
    }

    public static void Interchange(T5Backbone backbone)
    {
        SoftPrompt imported = PromptFile.Read("sst2.npy", backbone.Fingerprint, backbone.Config.Dim);
        PromptFile.WritePeft("films-peft", imported, new PeftExportOptions { BaseModel = "google/t5-base-lm-adapt" });
    }

    public static void Register(IServiceCollection services)
    {
        services.AddSpot(spot =>
        {
            spot.ModelPath = "models/spot-tiny";
            spot.LibraryPath = "prompts";
            spot.Backbone.Device = "cpu";
        });
    }

    public sealed class Classifier(T5Backbone backbone, IPromptLibrary library)
    {
        public async Task<string> AnswerAsync(string input, CancellationToken cancellationToken)
        {
            PromptRecord record = await library.GetAsync("places-0", cancellationToken) ?? throw new InvalidOperationException("no prompt");
            return (await backbone.GenerateAsync([input], record.Prompt, cancellationToken: cancellationToken))[0];
        }
    }

    public static TextTask Handmade()
    {
        TextTask task = new(
            "replies", labels: ["yes", "no"],
            train: [new TextExample("reply: Sure, I will come.", "yes"), new TextExample("reply: Sorry, not today.", "no")],
            validation: [new TextExample("reply: Gladly!", "yes")]);
        return task;
    }
}
