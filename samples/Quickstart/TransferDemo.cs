using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Spot.Backbone;
using Spot.Tasks;
using Spot.Transfer;

namespace Spot.Samples.Quickstart;

/// <summary>The whole way: source prompts, library, task embedding, retrieval, target prompts with and without transfer, answers.</summary>
internal sealed class TransferDemo(QuickstartOptions options)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (TextTask target, TextTask[] sources) = ReadTasks();
        string folder = options.Library ?? Directory.CreateTempSubdirectory("spot-quickstart-").FullName;
        await using ServiceProvider services = new ServiceCollection().AddSpot(spot =>
        {
            spot.ModelPath = options.Model;
            spot.LibraryPath = folder;
            spot.Backbone.Device = options.Device;
            spot.Backbone.Precision = options.Precision;
        }).AddInference().Services.BuildServiceProvider();

        T5Backbone backbone = services.GetRequiredService<T5Backbone>();
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{backbone.Name}[/] on {backbone.Device} in {backbone.Precision}; {sources.Length} source tasks, target [bold]{target.Name}[/] ({target.Family})");

        TaskEmbedding embedding = null!;
        List<Comparison> comparisons = [];
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async bars =>
            {
                await TuneSourcesAsync(services, sources, bars, cancellationToken);
                ITaskEmbedder embedder = services.GetRequiredService<ITaskEmbedder>();
                using (StepBar bar = new(bars, $"embedding of {target.Name}"))
                {
                    embedding = await embedder.EmbedAsync(target, Recipes.Source(options.SourceSteps, 0), bar, cancellationToken);
                }

                for (int seed = 0; seed < options.Seeds; seed++)
                {
                    comparisons.Add(await CompareAsync(services, target, embedding, seed, bars, cancellationToken));
                }
            });

        await Report.RankingAsync(services.GetRequiredService<IPromptLibrary>(), embedding, target, cancellationToken);
        Report.Methods(target, comparisons, options);
        if (options.Ask.Count > 0 && target.Labels.Count > 0)
        {
            SoftPrompt best = comparisons.MaxBy(comparison => comparison.Transferred.BestScore)!.Transferred.Best;
            await OwnSentences.AskAsync(services.GetRequiredService<IPromptInference>(), target, best, options.Ask, cancellationToken);
        }

        AnsiConsole.MarkupLineInterpolated($"Library: {folder}");
        AnsiConsole.MarkupLineInterpolated($"[dim]{clock.Elapsed:m\\:ss} minutes[/]");
    }

    private (TextTask Target, TextTask[] Sources) ReadTasks()
    {
        IReadOnlyList<TextTask> tasks = TaskFolder.LoadAll(options.Data);
        TextTask target = tasks.FirstOrDefault(task => task.Name == options.Target)
            ?? throw new ArgumentException($"No task '{options.Target}' in '{options.Data}'; there are {string.Join(", ", tasks.Select(task => task.Name))}.");
        TextTask[] sources = [.. tasks.Where(task => task != target)];
        return sources.Length > 0 ? (target, sources) : throw new ArgumentException($"'{options.Data}' holds only the target; transfer needs at least one more task.");
    }

    private async Task TuneSourcesAsync(ServiceProvider services, TextTask[] sources, ProgressContext bars, CancellationToken cancellationToken)
    {
        IPromptTuner tuner = services.GetRequiredService<IPromptTuner>();
        IPromptLibrary library = services.GetRequiredService<IPromptLibrary>();
        foreach (TextTask source in sources)
        {
            using StepBar bar = new(bars, $"source {source.Name}");
            TuningResult result = await tuner.TuneAsync(source, Recipes.Source(options.SourceSteps, 0), null, bar, cancellationToken);
            await library.AddAsync(PromptRecord.FromTuning(source, result), replace: true, cancellationToken);
        }
    }

    private async Task<Comparison> CompareAsync(
        ServiceProvider services, TextTask target, TaskEmbedding embedding, int seed, ProgressContext bars, CancellationToken cancellationToken)
    {
        IPromptTuner tuner = services.GetRequiredService<IPromptTuner>();
        TuningResult alone;
        using (StepBar bar = new(bars, $"seed {seed}, prompt tuning"))
        {
            alone = await tuner.TuneAsync(target, Recipes.TargetAlone(options.TargetSteps, seed), null, bar, cancellationToken);
        }

        BestOfTopK strategy = new(tuner, services.GetRequiredService<ITaskEmbedder>(), services.GetRequiredService<IPromptLibrary>())
        {
            K = options.K,
            Embeddings = [embedding],
        };
        TransferResult transfer;
        using (StepBar bar = new(bars, $"seed {seed}, transfer"))
        {
            transfer = await strategy.TransferAsync(target, Recipes.TargetTransferred(options.TargetSteps, seed), bar, cancellationToken);
        }

        IReadOnlyList<TextExample> held = target.Test.Count > 0 ? target.Test : target.Validation;
        EvaluationOptions asTuned = Recipes.TargetAlone(options.TargetSteps, seed).ToEvaluationOptions();
        IPromptEvaluator evaluator = services.GetRequiredService<IPromptEvaluator>();
        PromptEvaluation before = await evaluator.EvaluateAsync(alone.Best, target, held, asTuned, cancellationToken);
        PromptEvaluation after = await evaluator.EvaluateAsync(transfer.Best.Result.Best, target, held, asTuned, cancellationToken);
        return new Comparison(before.Score, after.Score, transfer.Best.Sources[0].Info.Task, transfer.Best.Result);
    }
}
