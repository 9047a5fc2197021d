using System.Globalization;

namespace Spot.Studies;

/// <summary>A plan counted out: its source prompts, its names for files, its leaks and its units of work.</summary>
internal sealed class StudyLayout
{
    /// <param name="plan">The plan, which no longer changes.</param>
    public StudyLayout(StudyPlan plan)
    {
        plan.Check();
        Plan = plan;
        Sources = [.. plan.Sources.Select(TaskMixture.FromTextTask), .. plan.SourceMixtures];
        SourceNames = [.. FileNames(plan.Sources.Select(task => task.Name)), .. FileNames(plan.SourceMixtures.Select(mixture => mixture.Name)).Select(name => $"mixture.{name}")];
        TargetNames = FileNames(plan.Targets.Select(task => task.Name));
        SettingNames = FileNames(plan.Settings.Select(setting => setting.Name));
        Leaks = [.. Sources.Select(source => plan.Targets.Select(target => source.Tasks.Any(part => Leaking(part.Task, target))).ToArray())];
        Units = [.. Count()];
    }

    public StudyPlan Plan { get; }

    /// <summary>The source tasks, then the mixtures.</summary>
    public TaskMixture[] Sources { get; }

    /// <summary>Names that can be parts of file names and library ids; those of mixtures have a dot, which no task's has.</summary>
    public string[] SourceNames { get; }

    public string[] TargetNames { get; }

    public string[] SettingNames { get; }

    /// <summary>// [source][target]</summary>
    public bool[][] Leaks { get; }

    /// <summary>All units, those that others need first.</summary>
    public StudyUnit[] Units { get; }

    public int Prompts => Sources.Length * Plan.SourceSeeds.Count;

    public int SourceOf(int prompt) => prompt / Plan.SourceSeeds.Count;

    public long SeedOf(int prompt) => Plan.SourceSeeds[prompt % Plan.SourceSeeds.Count];

    /// <summary>The id of a source prompt in the study's library, with a dot in place of the last dash in unit names.</summary>
    public string PromptId(int prompt) => string.Create(CultureInfo.InvariantCulture, $"{SourceNames[SourceOf(prompt)]}-{SeedOf(prompt)}");

    public string PromptName(int prompt) => string.Create(CultureInfo.InvariantCulture, $"{SourceNames[SourceOf(prompt)]}.{SeedOf(prompt)}");

    /// <summary>The id of the embedding of a target's run.</summary>
    public string EmbeddingId(int target, int seed) => string.Create(CultureInfo.InvariantCulture, $"{TargetNames[target]}-{Plan.TargetSeeds[seed]}");

    /// <summary>The folder of a model that was tuned on a mixture.</summary>
    public string ModelName(StudyUnit unit) => string.Create(CultureInfo.InvariantCulture, $"{SourceNames[unit.K]}-{Plan.TargetSeeds[unit.Seed]}");

    /// <summary>The source prompts that an average or a mixture may choose from: a mixture mixes tasks, so that it takes only those of single tasks.</summary>
    public IEnumerable<int> Eligible(StudyUnit unit) =>
        Enumerable.Range(0, unit.Kind == StudyUnitKind.Mixture ? Plan.Sources.Count * Plan.SourceSeeds.Count : Prompts).Where(prompt => !Leaks[SourceOf(prompt)][unit.Target]);

    /// <summary>The ids of <see cref="Eligible"/> in the study's library.</summary>
    public string[] EligibleIds(StudyUnit unit) => [.. Eligible(unit).Select(PromptId)];

    /// <summary>The units that must be done before one.</summary>
    public StudyUnit[] Needs(StudyUnit unit) => unit.Kind switch
    {
        StudyUnitKind.Transfer => [new StudyUnit(StudyUnitKind.Source, unit.Prompt)],
        StudyUnitKind.Average or StudyUnitKind.Mixture =>
        [
            .. Eligible(unit).Select(prompt => new StudyUnit(StudyUnitKind.Source, prompt)),
            new StudyUnit(StudyUnitKind.Embedding, Target: unit.Target, Seed: unit.Seed),
        ],
        StudyUnitKind.SourceNeurons => [new StudyUnit(StudyUnitKind.Source, unit.Prompt)],
        StudyUnitKind.TargetNeurons => [new StudyUnit(StudyUnitKind.Embedding, Target: unit.Target, Seed: unit.Seed)],
        StudyUnitKind.MultiTaskModelTuning => [new StudyUnit(StudyUnitKind.MultiTaskModel, Seed: unit.Seed, K: unit.K)],
        _ => [],
    };

    private IEnumerable<StudyUnit> Count()
    {
        (int Target, int Seed)[] runs = [.. Enumerable.Range(0, Plan.Targets.Count)
            .SelectMany(target => Enumerable.Range(0, Plan.TargetSeeds.Count).Select(seed => (target, seed)))];
        IEnumerable<int> prompts = Enumerable.Range(0, Prompts);
        IEnumerable<StudyUnit> settings = Plan.Settings.SelectMany((_, setting) => runs.Select(run => new StudyUnit(StudyUnitKind.Setting, Target: run.Target, Seed: run.Seed, K: setting)));
        return !Plan.HasSources ? settings :
        [
            .. prompts.Select(prompt => new StudyUnit(StudyUnitKind.Source, prompt)),
            .. runs.Select(run => new StudyUnit(StudyUnitKind.Embedding, Target: run.Target, Seed: run.Seed)),
            .. runs.Select(run => new StudyUnit(StudyUnitKind.Baseline, Target: run.Target, Seed: run.Seed)),
            .. !Plan.Exhaustive ? [] : prompts.SelectMany(prompt => runs.Where(run => !Leaks[SourceOf(prompt)][run.Target])
                .Select(run => new StudyUnit(StudyUnitKind.Transfer, prompt, run.Target, run.Seed))),
            .. Strategy(StudyUnitKind.Average, Plan.AverageOfTopKValues),
            .. Strategy(StudyUnitKind.Mixture, Plan.MixtureOfTopKValues),
            .. Plan.LongBaselineSteps.SelectMany(steps => runs.Select(run => new StudyUnit(StudyUnitKind.LongBaseline, Target: run.Target, Seed: run.Seed, K: steps))),
            .. Plan.FewShot is null ? [] : runs.Select(run => new StudyUnit(StudyUnitKind.FewShot, Target: run.Target, Seed: run.Seed)),
            .. Plan.ModelTuning is null ? [] : runs.Select(run => new StudyUnit(StudyUnitKind.ModelTuning, Target: run.Target, Seed: run.Seed)),
            .. Plan.MultiTaskModelTuning is null ? [] : Enumerable.Range(Plan.Sources.Count, Plan.SourceMixtures.Count).SelectMany(MultiTask),
            .. settings,
            .. !Plan.ComparesNeurons ? [] : prompts.Select(prompt => new StudyUnit(StudyUnitKind.SourceNeurons, prompt)),
            .. !Plan.ComparesNeurons ? [] : runs.Select(run => new StudyUnit(StudyUnitKind.TargetNeurons, Target: run.Target, Seed: run.Seed)),
        ];

        // A mixture that no target may begin with needs no model.
        IEnumerable<StudyUnit> MultiTask(int mixture) => Leaks[mixture].All(leaks => leaks) ? [] :
        [
            .. Plan.TargetSeeds.Select((_, seed) => new StudyUnit(StudyUnitKind.MultiTaskModel, Seed: seed, K: mixture)),
            .. runs.Where(run => !Leaks[mixture][run.Target]).Select(run => new StudyUnit(StudyUnitKind.MultiTaskModelTuning, Target: run.Target, Seed: run.Seed, K: mixture)),
        ];

        // A target whose sources all leak has nothing to retrieve.
        IEnumerable<StudyUnit> Strategy(StudyUnitKind kind, IReadOnlyList<int> ks) =>
            from k in ks
            from similarity in Plan.SearchedSimilarities
            from run in runs
            let unit = new StudyUnit(kind, Target: run.Target, Seed: run.Seed, K: k, Similarity: similarity)
            where Eligible(unit).Any()
            select unit;
    }

    private bool Leaking(TextTask source, TextTask target) => source.Name == target.Name || (Plan.Leaks?.Invoke(source, target) ?? false);

    // Letters, digits, dash and underscore; distinct without regard to case.
    private static string[] FileNames(IEnumerable<string> tasks)
    {
        string[] names = [.. tasks.Select(task => string.Concat(task.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')))];
        return names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Length
            ? names
            : [.. names.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"))];
    }
}
