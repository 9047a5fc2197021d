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
        SourceNames = FileNames(plan.Sources);
        TargetNames = FileNames(plan.Targets);
        Leaks = [.. plan.Sources.Select(source => plan.Targets.Select(target => source.Name == target.Name || (plan.Leaks?.Invoke(source, target) ?? false)).ToArray())];
        Units = [.. Count()];
    }

    public StudyPlan Plan { get; }

    /// <summary>Names that can be parts of file names and library ids.</summary>
    public string[] SourceNames { get; }

    public string[] TargetNames { get; }

    /// <summary>// [source][target]</summary>
    public bool[][] Leaks { get; }

    /// <summary>All units, those that others need first.</summary>
    public StudyUnit[] Units { get; }

    public int Prompts => Plan.Sources.Count * Plan.SourceSeeds.Count;

    public int SourceOf(int prompt) => prompt / Plan.SourceSeeds.Count;

    public long SeedOf(int prompt) => Plan.SourceSeeds[prompt % Plan.SourceSeeds.Count];

    /// <summary>The id of a source prompt in the study's library, with a dot in place of the last dash in unit names.</summary>
    public string PromptId(int prompt) => string.Create(CultureInfo.InvariantCulture, $"{SourceNames[SourceOf(prompt)]}-{SeedOf(prompt)}");

    public string PromptName(int prompt) => string.Create(CultureInfo.InvariantCulture, $"{SourceNames[SourceOf(prompt)]}.{SeedOf(prompt)}");

    /// <summary>The id of the embedding of a target's run.</summary>
    public string EmbeddingId(int target, int seed) => string.Create(CultureInfo.InvariantCulture, $"{TargetNames[target]}-{Plan.TargetSeeds[seed]}");

    /// <summary>The ids of the source prompts that a target may start from.</summary>
    public IEnumerable<string> Eligible(int target) => Enumerable.Range(0, Prompts).Where(prompt => !Leaks[SourceOf(prompt)][target]).Select(PromptId);

    /// <summary>The units that must be done before one.</summary>
    public StudyUnit[] Needs(StudyUnit unit) => unit.Kind switch
    {
        StudyUnitKind.Transfer => [new StudyUnit(StudyUnitKind.Source, unit.Prompt)],
        StudyUnitKind.Average or StudyUnitKind.Mixture =>
        [
            .. Enumerable.Range(0, Prompts).Where(prompt => !Leaks[SourceOf(prompt)][unit.Target]).Select(prompt => new StudyUnit(StudyUnitKind.Source, prompt)),
            new StudyUnit(StudyUnitKind.Embedding, Target: unit.Target, Seed: unit.Seed),
        ],
        _ => [],
    };

    private IEnumerable<StudyUnit> Count()
    {
        (int Target, int Seed)[] runs = [.. Enumerable.Range(0, Plan.Targets.Count)
            .SelectMany(target => Enumerable.Range(0, Plan.TargetSeeds.Count).Select(seed => (target, seed)))];
        IEnumerable<int> prompts = Enumerable.Range(0, Prompts);
        return
        [
            .. prompts.Select(prompt => new StudyUnit(StudyUnitKind.Source, prompt)),
            .. runs.Select(run => new StudyUnit(StudyUnitKind.Embedding, Target: run.Target, Seed: run.Seed)),
            .. runs.Select(run => new StudyUnit(StudyUnitKind.Baseline, Target: run.Target, Seed: run.Seed)),
            .. prompts.SelectMany(prompt => runs.Where(run => !Leaks[SourceOf(prompt)][run.Target])
                .Select(run => new StudyUnit(StudyUnitKind.Transfer, prompt, run.Target, run.Seed))),
            .. Strategy(StudyUnitKind.Average, Plan.AverageOfTopKValues),
            .. Strategy(StudyUnitKind.Mixture, Plan.MixtureOfTopKValues),
            .. Plan.LongBaselineSteps.SelectMany(steps => runs.Select(run => new StudyUnit(StudyUnitKind.LongBaseline, Target: run.Target, Seed: run.Seed, K: steps))),
        ];

        // A target whose sources all leak has nothing to retrieve.
        IEnumerable<StudyUnit> Strategy(StudyUnitKind kind, IReadOnlyList<int> ks) =>
            from k in ks
            from similarity in Plan.Similarities
            from run in runs
            where Eligible(run.Target).Any()
            select new StudyUnit(kind, Target: run.Target, Seed: run.Seed, K: k, Similarity: similarity);
    }

    // Letters, digits, dash and underscore; distinct without regard to case.
    private static string[] FileNames(IReadOnlyList<TextTask> tasks)
    {
        string[] names = [.. tasks.Select(task => string.Concat(task.Name.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')))];
        return names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Length
            ? names
            : [.. names.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"))];
    }
}
