using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spot.Backbone;
using Spot.Plots;
using Spot.Studies;
using Spot.Tasks;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Samples.TransferStudy;

/// <summary>Runs a study, or a shard of it, and writes its report.</summary>
internal sealed class StudyProgram(Settings settings)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string output = CheckOutput();
        StudyPlan plan = Presets.Plan(settings);
        if (settings.Preset == Preset.Planted && settings.Sources.Length + settings.Targets.Length + settings.Mixtures.Length > 0)
        {
            throw new ArgumentException("Found --sources, --targets or --mixture with the preset planted, which makes its own tasks. Leave them out, or choose another preset.");
        }

        if (settings.Preset != Preset.Planted)
        {
            Read(plan, cancellationToken);
        }

        using T5Backbone backbone = T5Backbone.Load(settings.Model, new BackboneOptions { Device = settings.Device, Precision = settings.Precision });
        if (settings.Preset == Preset.Planted)
        {
            await PlantAsync(plan, backbone, cancellationToken);
        }

        int prompts = (plan.Sources.Count + plan.SourceMixtures.Count) * plan.SourceSeeds.Count;
        plan.BestOfTopKValues = UpTo(prompts, plan.BestOfTopKValues);
        plan.RacingOfTopKValues = UpTo(prompts, plan.RacingOfTopKValues);
        PromptTuner tuner = new(backbone);
        using Study study = new(plan, output, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner), Tools(backbone));
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{backbone.Name}[/] on {backbone.Device} in {backbone.Precision}; sources {string.Join(", ", plan.Sources.Select(task => task.Name).Concat(plan.SourceMixtures.Select(mixture => mixture.Name)))}; targets {string.Join(", ", plan.Targets.Select(task => task.Name))}");
        foreach (string folder in settings.Merge)
        {
            await study.MergeAsync(folder, cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"Merged {folder}");
        }

        Stopwatch watch = Stopwatch.StartNew();
        if (!settings.ReportOnly)
        {
            StudyStatus status = await ProgressBar.ShowAsync(settings.Shard, bar => study.RunAsync(settings.Shard, bar, cancellationToken));
            Say(status);
        }

        StudyResult result = await study.ResultAsync(cancellationToken);
        Summary.Write(result);
        SweepFile.Write(output, backbone.Name, backbone.ParameterCount, result);
        IReadOnlyList<string> files = StudyReport.Write(result, Path.Combine(output, "report"), description: Description(backbone, plan), facts: Facts(backbone, watch.Elapsed));
        AnsiConsole.MarkupLineInterpolated($"Report: {files[0]}");
    }

    private StudyTools Tools(T5Backbone backbone) => new()
    {
        Inspector = new PromptInspector(backbone),
        ModelTuner = new ModelTuner(backbone),
        OpenModel = folder => TunedModel.Load(folder, new BackboneOptions { Device = settings.Device, Precision = settings.Precision }),
        ShowExamples = (task, examples, options) => FewShot.Apply(task, examples, backbone.Tokenizer, options).Examples,
    };

    private void Read(StudyPlan plan, CancellationToken cancellationToken)
    {
        if (settings.Tasks is { } file)
        {
            TaskRegistry.RegisterFrom(file);
        }

        StudyTasks tasks = new(settings.Data);
        (string[] sources, string[] targets, string? missing) = tasks.Choose(settings);
        if (missing is not null)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]Left out:[/] {missing}");
        }

        plan.Sources = tasks.Load(sources, cancellationToken);
        plan.SourceMixtures = [.. settings.Mixtures.Select(mixture => tasks.LoadMixture(mixture, cancellationToken))];
        if (settings.LeaveOneOut)
        {
            plan.SourceMixtures = [.. plan.SourceMixtures, .. targets.Select(target => AllBut(target, plan.Sources))];
            plan.Sources = [];
        }

        plan.Targets = [.. tasks.Load(targets, cancellationToken).Select(task => StudyTarget.Of(task, plan.TargetOptions.MaxValidationExamples, settings.TargetRows, settings.TestRows))];
        TaskLeak[] leaks = FindLeaks(tasks, plan, cancellationToken);
        plan.Leaks = (source, target) => leaks.Any(leak => leak.Source == source.Name && leak.Target == target.Name);
    }

    // Generic transfer to a target that is a source of others.
    private static TaskMixture AllBut(string target, IReadOnlyList<TextTask> sources) => sources.Any(source => source.Name == target) && sources.Count > 1
        ? new TaskMixture($"all-but-{target}", [.. sources.Where(source => source.Name != target).Select(MixtureTask.FromTextTask)])
        : throw new ArgumentException($"Found --leave-one-out with the target {target}, which is not among several --sources. Name it there too, or leave the option out and give a --mixture.");

    private static async Task PlantAsync(StudyPlan plan, T5Backbone backbone, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlantedTask> tasks = await new PlantedWorld(backbone, seed: 1).BuildAsync(PlantedWorld.Clusters, trainRows: 256, heldOutRows: 60, cancellationToken);
        plan.Sources = [.. tasks.Select(task => task.Task)];
        plan.Targets = plan.Sources;
    }

    private string CheckOutput()
    {
        string output = Path.GetFullPath(settings.Output);
        bool begun = Directory.Exists(Path.Combine(output, "units")) || Directory.Exists(Path.Combine(output, "library"));
        return !begun || settings.Resume || settings.ReportOnly || settings.Merge.Length > 0
            ? output
            : throw new ArgumentException($"'{output}' already holds a study. Add --resume to go on with it, or choose another --output.");
    }

    // More than all there are is all, once.
    private static int[] UpTo(int prompts, IReadOnlyList<int> ks) => [.. ks.Select(k => Math.Min(k, prompts)).Distinct()];

    private static TaskLeak[] FindLeaks(StudyTasks tasks, StudyPlan plan, CancellationToken cancellationToken)
    {
        TextTask[] trainedOn = [.. plan.Sources, .. plan.SourceMixtures.SelectMany(mixture => mixture.Tasks).Select(part => part.Task)];
        HashSet<string> sources = [.. trainedOn.Select(task => task.Name)], targets = [.. plan.Targets.Select(task => task.Name)];
        TextTask[] all = [.. trainedOn.Concat(plan.Targets).DistinctBy(task => task.Name)];
        TaskLeak[] leaks = [.. tasks.Leaks(all, cancellationToken).Where(leak => sources.Contains(leak.Source) && targets.Contains(leak.Target))];
        foreach (TaskLeak leak in leaks)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]Left out:[/] {leak}");
        }

        return leaks;
    }

    private void Say(StudyStatus status)
    {
        if (status.Left > 0)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"[yellow]{status.Left} units of shard {settings.Shard} need source prompts of other shards.[/] When those are done, run with --resume and --merge and the folders of the other shards.");
        }
        else if (status.Done < status.Total)
        {
            AnsiConsole.MarkupLineInterpolated($"Shard {settings.Shard} is done; of the whole study {status.Done} of {status.Total} units are here.");
        }
    }

    private string Description(T5Backbone backbone, StudyPlan plan) => FormattableString.Invariant(
        $"Model {backbone.Name}, prompts of {plan.SourceOptions.PromptLength} rows; sources tuned for {plan.SourceOptions.Steps} steps (embedding at {plan.SourceOptions.EmbeddingStep}), targets for {plan.TargetOptions.Steps}; preset {settings.Preset.ToString().ToLowerInvariant()}.");

    private (string Name, string Value)[] Facts(T5Backbone backbone, TimeSpan elapsed) =>
    [
        ("Date", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)),
        ("Device", $"{backbone.Device}, {backbone.Precision}, {Environment.ProcessorCount} processors"),
        .. settings.ReportOnly ? [] : new[] { ("Duration of this call", elapsed.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)) },
        ("Command", $"TransferStudy {string.Join(' ', Environment.GetCommandLineArgs().Skip(1))}"),
    ];
}
