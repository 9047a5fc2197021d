using Spot.Transfer;

namespace Spot.Studies;

/// <summary>What a study of transferability is of. The defaults are the paper's (SPoT §3): 3 seeds, longer tuning of sources, 100,000 steps for targets.</summary>
/// <remarks>
/// Mutable; a <see cref="Study"/> keeps a copy of it as it was. More sources, targets, seeds and strategies can be added later to a study that has begun; what is
/// done stays done.
/// </remarks>
public sealed class StudyPlan
{
    /// <summary>The source tasks, with distinct names; at least one, unless there are mixtures or only <see cref="Settings"/> are compared.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<TextTask> Sources { get; set; } = [];

    /// <summary>
    /// Sources that are mixtures of tasks, behind the others: each has a prompt for every source seed, with its key, its transfers and its row. Their
    /// names are distinct, also from those of sources and targets. A mixture that holds a target's task, known by its name, or one of which
    /// <see cref="Leaks"/> says so, is left out for that target: to leave one task out of a mixture at a time, give a mixture for every target. The runs
    /// of <see cref="MixtureOfTopKValues"/> mix single tasks only.
    /// </summary>
    /// <value>Empty.</value>
    public IReadOnlyList<TaskMixture> SourceMixtures { get; set; } = [];

    /// <summary>The target tasks, with distinct names, at least one. A task may be a source too: its own prompts are left out for it.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<TextTask> Targets { get; set; } = [];

    /// <summary>
    /// How examples are shown to the model itself, without any tuning, in place of the target's training; the seed is replaced by the target's. Null to
    /// leave the method out. Examples are answered as <see cref="TargetOptions"/> says.
    /// </summary>
    /// <value>null.</value>
    public FewShotOptions? FewShot { get; set; }

    /// <summary>How all weights are tuned on a target; the seed is replaced. Null to leave the method out.</summary>
    /// <value>null.</value>
    public ModelTuningOptions? ModelTuning { get; set; }

    /// <summary>
    /// How all weights are tuned on each of <see cref="SourceMixtures"/>, once for each target seed, before they are tuned on a target as
    /// <see cref="ModelTuning"/> says. Null to leave the method out.
    /// </summary>
    /// <value>null.</value>
    public ModelTuningOptions? MultiTaskModelTuning { get; set; }

    /// <summary>Targets that are reported together in the table of methods, with distinct names. They change no unit of work.</summary>
    /// <value>Empty, for one suite of all targets.</value>
    public IReadOnlyList<StudySuite> Suites { get; set; } = [];

    /// <summary>The seeds of the runs on each source task: each gives a source prompt.</summary>
    /// <value>0, 1, 2.</value>
    public IReadOnlyList<long> SourceSeeds { get; set; } = [0, 1, 2];

    /// <summary>The seeds of the runs on each target task.</summary>
    /// <value>0, 1, 2.</value>
    public IReadOnlyList<long> TargetSeeds { get; set; } = [0, 1, 2];

    /// <summary>How source prompts, the embeddings of targets and mixtures are tuned; the seed is replaced.</summary>
    /// <value><see cref="TuningOptions.LongerTuning"/>.</value>
    public TuningOptions SourceOptions { get; set; } = TuningOptions.LongerTuning();

    /// <summary>
    /// How targets are tuned; the seed is replaced. Its initialisation is the baseline's; a target without labels starts from sampled vocabulary where
    /// class labels are asked for.
    /// </summary>
    /// <value>100,000 steps, from class labels.</value>
    public TuningOptions TargetOptions { get; set; } = new() { Steps = 100_000, Initialization = PromptInitialization.ClassLabels };

    /// <summary>
    /// Whether every target is tuned from every source prompt, which shows what transfers from where and how good the best of them is. False leaves
    /// these runs out, and with them the rows and figures that need them: what remains is a comparison of tuning without transfer with averages and
    /// mixtures of the most similar, for a small part of the runs. An average of one is the most similar prompt itself.
    /// </summary>
    /// <value>true.</value>
    public bool Exhaustive { get; set; } = true;

    /// <summary>The k of the rows "best of top-k".</summary>
    /// <value>1, 3, 6, 9, 12, 15.</value>
    public IReadOnlyList<int> BestOfTopKValues { get; set; } = [1, 3, 6, 9, 12, 15];

    /// <summary>
    /// The k of the rows of racing among the most similar, beside the race among all: decided from the scores that the whole runs had on their way, so
    /// it costs no runs.
    /// </summary>
    /// <value>12.</value>
    public IReadOnlyList<int> RacingOfTopKValues { get; set; } = [12];

    /// <summary>The first rung of racing, see <see cref="RacingRungs"/>.</summary>
    /// <value><see cref="RacingRungs.DefaultFirstRungFraction"/>.</value>
    public double RacingFirstRungFraction { get; set; } = RacingRungs.DefaultFirstRungFraction;

    /// <summary>The budget of racing among the most similar, see <see cref="RacingRungs"/>.</summary>
    /// <value><see cref="RacingRungs.DefaultBudgetFractionOfTopK"/>.</value>
    public double RacingOfTopKBudgetFraction { get; set; } = RacingRungs.DefaultBudgetFractionOfTopK;

    /// <summary>The budget of racing among all, see <see cref="RacingRungs"/>.</summary>
    /// <value><see cref="RacingRungs.DefaultBudgetFraction"/>.</value>
    public double RacingOfAllBudgetFraction { get; set; } = RacingRungs.DefaultBudgetFraction;

    /// <summary>The k of the runs that start from a weighted average; empty for none.</summary>
    /// <value>3, the paper's best.</value>
    public IReadOnlyList<int> AverageOfTopKValues { get; set; } = [3];

    /// <summary>The k of the runs that start from a mixture of tasks; empty for none. Each costs a source's run besides.</summary>
    /// <value>12, the paper's best.</value>
    public IReadOnlyList<int> MixtureOfTopKValues { get; set; } = [12];

    /// <summary>
    /// Further runs without transfer, of so many steps each: what a target does with the steps that a transfer takes in all. The other options are the
    /// target's.
    /// </summary>
    /// <value>Empty.</value>
    public IReadOnlyList<int> LongBaselineSteps { get; set; } = [];

    /// <summary>
    /// Ways to tune a target without transfer, with distinct names, to be compared with each other: each has a run for every target and seed. Without
    /// sources they are all that the study does; see also <see cref="SweepPlan"/>.
    /// </summary>
    /// <value>Empty.</value>
    public IReadOnlyList<TuningSetting> Settings { get; set; } = [];

    /// <summary>
    /// The ways to compare embeddings. <see cref="PromptSimilarity.ActivatedNeurons"/> needs <see cref="StudyTools.Inspector"/>: it takes a short pass for each
    /// embedding and no run, and averages and mixtures, which search a library, are not chosen by it.
    /// </summary>
    /// <value>What is compared by default, and the paper's for comparison.</value>
    public IReadOnlyList<PromptSimilarity> Similarities { get; set; } = [PromptSimilarity.AverageDisplacement, PromptSimilarity.AverageToken];

    /// <summary>
    /// Whether a source (first) has evaluation examples of a target (second) among its own: the pair is marked and left out. Null for none. A task is
    /// never a source of itself.
    /// </summary>
    /// <value>null.</value>
    public Func<TextTask, TextTask, bool>? Leaks { get; set; }

    /// <summary>The names of all sources, the mixtures behind the tasks.</summary>
    internal IReadOnlyList<string> SourceNames => [.. Sources.Select(task => task.Name), .. SourceMixtures.Select(mixture => mixture.Name)];

    /// <summary>Whether there is something to transfer from, and not only settings to compare.</summary>
    internal bool HasSources => Sources.Count + SourceMixtures.Count > 0;

    /// <summary>Whether embeddings are compared by the neurons that they activate.</summary>
    internal bool ComparesNeurons => Similarities.Contains(PromptSimilarity.ActivatedNeurons);

    /// <summary>The ways to compare that a library can be searched by.</summary>
    internal IEnumerable<PromptSimilarity> SearchedSimilarities => Similarities.Where(PromptSearchOptions.Searchable.Contains);

    /// <summary>The suites, or one of all targets.</summary>
    internal IReadOnlyList<StudySuite> AllSuites => Suites.Count > 0 ? Suites : [new StudySuite("all targets", [.. Targets.Select(task => task.Name)])];

    /// <summary>A copy that later changes of this plan, its lists and its options leave alone.</summary>
    internal StudyPlan Copy()
    {
        StudyPlan copy = (StudyPlan)MemberwiseClone();
        (copy.Sources, copy.SourceMixtures, copy.Targets) = ([.. Sources], [.. SourceMixtures], [.. Targets]);
        (copy.SourceSeeds, copy.TargetSeeds) = ([.. SourceSeeds], [.. TargetSeeds]);
        (copy.SourceOptions, copy.TargetOptions) = (SourceOptions.Clone(), TargetOptions.Clone());
        (copy.BestOfTopKValues, copy.RacingOfTopKValues, copy.AverageOfTopKValues, copy.MixtureOfTopKValues) = ([.. BestOfTopKValues], [.. RacingOfTopKValues], [.. AverageOfTopKValues], [.. MixtureOfTopKValues]);
        (copy.LongBaselineSteps, copy.Similarities) = ([.. LongBaselineSteps], [.. Similarities]);
        (copy.FewShot, copy.ModelTuning, copy.MultiTaskModelTuning) = (FewShot?.Clone(), ModelTuning?.Clone(), MultiTaskModelTuning?.Clone());
        copy.Settings = [.. Settings.Select(setting => setting with { Options = setting.Options.Clone() })];
        copy.Suites = [.. Suites.Select(suite => suite with { Targets = [.. suite.Targets] })];
        return copy;
    }

    /// <exception cref="ArgumentException">The plan cannot be carried out; the message says why.</exception>
    internal void Check()
    {
        if (Settings.Count > 0)
        {
            CheckSettings();
        }

        if (HasSources || Settings.Count == 0)
        {
            Distinct(SourceNames, SourceMixtures.Count == 0 ? nameof(Sources) : $"{nameof(Sources)} with {nameof(SourceMixtures)}");
        }

        Distinct(Targets.Select(task => task.Name), nameof(Targets));
        if (SourceMixtures.FirstOrDefault(mixture => Targets.Any(target => target.Name == mixture.Name)) is { } named)
        {
            throw new ArgumentException($"{nameof(StudyPlan)}.{nameof(SourceMixtures)} has '{named.Name}', which is a target's name too. Give the mixture another name.");
        }

        foreach (StudySuite suite in AllSuites)
        {
            Distinct(suite.Targets, $"{nameof(Suites)}['{suite.Name}'].{nameof(suite.Targets)}");
            if (suite.Targets.Except(Targets.Select(task => task.Name)).FirstOrDefault() is { } unknown)
            {
                throw new ArgumentException($"{nameof(StudyPlan)}.{nameof(Suites)}['{suite.Name}'] has '{unknown}', which is no target; the targets are {string.Join(", ", Targets.Select(task => task.Name))}.");
            }
        }

        Distinct(AllSuites.Select(suite => suite.Name), nameof(Suites));
        if (MultiTaskModelTuning is not null && (ModelTuning is null || SourceMixtures.Count == 0))
        {
            throw new ArgumentException(
                $"{nameof(StudyPlan)}.{nameof(MultiTaskModelTuning)} needs {(ModelTuning is null ? $"{nameof(ModelTuning)}, which says how a target is tuned then" : $"{nameof(SourceMixtures)} to tune on")}. Set it, or leave the method out.");
        }

        Distinct(SourceSeeds, nameof(SourceSeeds));
        Distinct(TargetSeeds, nameof(TargetSeeds));
        Distinct(Similarities, nameof(Similarities));
        if (LongBaselineSteps.Any(steps => steps < 1) || LongBaselineSteps.Distinct().Count() < LongBaselineSteps.Count)
        {
            throw new ArgumentException($"{nameof(StudyPlan)}.{nameof(LongBaselineSteps)} has {string.Join(", ", LongBaselineSteps)}; expected distinct numbers of at least 1.");
        }

        foreach ((IReadOnlyList<int> ks, string name) in new[] { (BestOfTopKValues, nameof(BestOfTopKValues)), (RacingOfTopKValues, nameof(RacingOfTopKValues)), (AverageOfTopKValues, nameof(AverageOfTopKValues)), (MixtureOfTopKValues, nameof(MixtureOfTopKValues)) })
        {
            if (ks.Any(k => k < 1))
            {
                throw new ArgumentException($"{nameof(StudyPlan)}.{name} has {ks.Min()}; every k must be at least 1.");
            }
        }

        if (SourceOptions.EmbeddingStep > SourceOptions.Steps)
        {
            throw new ArgumentException(
                $"{nameof(SourceOptions)} ends after {SourceOptions.Steps} steps, before its EmbeddingStep {SourceOptions.EmbeddingStep}, so no source would have a key. Lower EmbeddingStep.");
        }

        _ = RacingRungs.Create(1, 1, 1, RacingFirstRungFraction, RacingOfAllBudgetFraction);
        _ = RacingRungs.Create(1, 1, 1, RacingFirstRungFraction, RacingOfTopKBudgetFraction);
    }

    private void CheckSettings()
    {
        Distinct(Settings.Select(setting => setting.Name), nameof(Settings));
        if (!HasSources && (LongBaselineSteps.Count > 0 || FewShot is not null || ModelTuning is not null))
        {
            throw new ArgumentException($"{nameof(StudyPlan)} has {nameof(Settings)} and no {nameof(Sources)}, so that there are no methods to compare. Add sources, or leave out {nameof(LongBaselineSteps)}, {nameof(FewShot)} and {nameof(ModelTuning)}.");
        }

        if (Settings.FirstOrDefault(setting => setting.Options.Initialization == PromptInitialization.ClassLabels) is { } labels && Targets.FirstOrDefault(task => task.Labels.Count == 0) is { } without)
        {
            throw new ArgumentException($"{nameof(StudyPlan)}.{nameof(Settings)}['{labels.Name}'] starts from class labels, but the target '{without.Name}' has none. Choose another {nameof(TuningOptions.Initialization)}.");
        }
    }

    private static void Distinct<T>(IEnumerable<T> values, string name)
    {
        T[] all = [.. values];
        T[] twice = [.. all.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (all.Length == 0 || twice.Length > 0)
        {
            throw new ArgumentException(
                $"{nameof(StudyPlan)}.{name} {(all.Length == 0 ? "is empty; at least one is needed." : $"has '{twice[0]}' twice; they must be distinct.")}");
        }
    }
}
