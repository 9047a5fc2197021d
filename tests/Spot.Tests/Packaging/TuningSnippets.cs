using Spot.Backbone;
using Spot.Serialization;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Tests.Packaging;

/// <summary>The program of docs/tuning.md, piece by piece. Compiled here, run by <see cref="DocumentTests"/>; change both together.</summary>
internal static class TuningSnippets
{
    public static async Task MainAsync()
    {
        using T5Backbone backbone = T5Backbone.Load("models/spot-tiny");
        PromptTuner tuner = new(backbone);
        TextTask films = TaskFolder.Load("samples/data/films"), books = TaskFolder.Load("samples/data/books");
        TuningOptions options = TuningOptions.SmallModel();
        options.Steps = 40;
        options.EmbeddingStep = 40;

        TuningEstimate estimate = await tuner.EstimateAsync(films, options);
        Console.WriteLine(estimate);

        Progress<TuningProgress> progress = new(report =>
        {
            if (report.IsMilestone)
            {
                Console.WriteLine(report);
            }
        });
        TuningResult tuned = await tuner.TuneAsync(films, options, progress: progress, cancellationToken: CancellationToken.None);

        TuningOptions resumable = options.Clone();
        resumable.RunFolder = "runs/films-0";
        TuningResult survived = await tuner.TuneAsync(films, resumable, progress: progress);

        ModelTuningOptions allWeights = new(); // T5's own: 30,000 steps of 32 inputs of up to 512 tokens
        allWeights.Steps = 100;                                 // enough for the bundled model: about a minute on two cores
        allWeights.MaxInputLength = 96;
        allWeights.EvaluateEvery = 25;
        ModelTuningResult model = await new ModelTuner(backbone).TuneAsync(films, "tuned-model", allWeights, progress);
        using T5Backbone tunedModel = T5Backbone.Load(model.Folder);
        PromptEvaluation ofModel = await new PromptEvaluator(tunedModel).EvaluateAsync(null, films, films.Test, options.ToEvaluationOptions());
        Console.WriteLine($"all weights: {ofModel.Score:F1} % on test");

        TaskMixture opinions = new("opinions",
        [
            new MixtureTask(films) { Limit = 200 },    // its first 200 examples
            new MixtureTask(books) { Rate = 5_000 },   // counts as 5,000 examples, however many it has
            TaskFolder.Load("samples/data/places"),
        ], temperature: 2);
        TuningResult onMixture = await tuner.TuneAsync(opinions, options, start: tuned.Best);

        MultitaskTuningResult apart = await new MultitaskTuner(backbone).TuneAsync(opinions, new MultitaskTuningOptions { Prompt = options }, start: tuned.Best);
        SoftPrompt ofBooks = apart.Best.Of("books"); // a prompt as any other

        string[] texts = [.. books.Train.Select(example => example.Input)];
        TuningResult onText = await tuner.TuneAsync(TextTask.FromText("letters", texts[10..], texts[..10]), options);
        using TextFiles pages = new(["samples/data/films/train.jsonl", "samples/data/books/train.jsonl"], field: "input");
        TuningResult onPages = await tuner.TuneAsync(TextTask.FromStream("pages", pages, texts[..10]), options);

        TextTask task = new("films", films.Labels, films.Train, films.Validation, films.Test, metrics: [TaskMetrics.MacroF1, TaskMetric.Accuracy]);
        EvaluationOptions asTuned = options.ToEvaluationOptions(); // the lengths and the method of the run
        PromptEvaluator evaluator = new(backbone);
        PromptEvaluation scored = await evaluator.EvaluateAsync(tuned.Best, task, task.Test, asTuned);
        Console.WriteLine(string.Join(", ", scored.Metrics.Select(metric => $"{metric.Key} {metric.Value:F1}")));

        EvaluationOptions ranking = asTuned.Clone();
        ranking.Method = EvaluationMethod.Ranking;
        PromptEvaluation ranked = await evaluator.EvaluateAsync(tuned.Best, task, task.Test, ranking);

        SoftPrompt[] prompts = [tuned.Best, tuned.Final, onMixture.Best];
        EnsembleEvaluation together = await evaluator.EvaluateAsync(prompts, task, task.Test, asTuned);                     // together.Prompts, together.Vote
        IReadOnlyList<IReadOnlyList<string>> answers = await backbone.GenerateAsync(["review: A fine film."], prompts); // by input, then by prompt
        string[] votes = [.. answers.Select(ofInput => PromptEnsemble.Vote(ofInput, task.Labels))];

        FewShotExamples shown = FewShot.Apply(task, task.Test, backbone.Tokenizer, new FewShotOptions { Demonstrations = 4, MaxInputLength = 512 });
        PromptEvaluation baseline = await evaluator.EvaluateAsync(null, task, shown.Examples);

        PromptInspector inspector = new(backbone);
        PromptReport report = await inspector.ReportAsync(tuned.Final, new PromptReportOptions
        {
            Start = tuned.Embedding!.Start, // a record of a library has it too
            Task = films,                   // as many evaluations as the prompt has rows, and one
            Evaluation = asTuned,
        });
        Console.WriteLine(report);

        PromptRecycler recycler = await PromptRecycler.FromVocabularyAsync(backbone, tunedModel);
        SoftPrompt moved = recycler.Recycle(tuned.Best);
        TuningResult there = await new PromptTuner(tunedModel).TuneAsync(films, options, start: moved);

        PromptFile.WritePeft("films-peft", tuned.Best, new PeftExportOptions { BaseModel = "models/spot-tiny" });
        SoftPrompt imported = PromptFile.Read("films-peft", backbone.Fingerprint, backbone.Config.Dim);
    }
}
