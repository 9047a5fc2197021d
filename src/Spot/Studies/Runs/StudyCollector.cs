using Spot.Similarity;

namespace Spot.Studies;

/// <summary>Puts the units of a study together to its result.</summary>
internal sealed class StudyCollector(StudyLayout layout, IStudyStore store, StudyRecords records, BackboneIdentity backbone)
{
    private readonly StudyPlan _plan = layout.Plan;
    private int _missing;

    /// <summary>Reads all that is done.</summary>
    public async Task<StudyResult> CollectAsync(CancellationToken cancellationToken)
    {
        Dictionary<StudyUnit, StudyRun> runs = await records.ReadAsync(layout.Units, cancellationToken).ConfigureAwait(false);
        _missing = layout.Units.Length - runs.Count;
        StudyRun? Run(StudyUnit unit) => runs.GetValueOrDefault(unit);

        IReadOnlyList<StudySimilarity> similarities = await SimilaritiesAsync(runs, cancellationToken).ConfigureAwait(false);
        StudyRuns all = new(
            Grid((target, seed) => Run(new StudyUnit(StudyUnitKind.Baseline, Target: target, Seed: seed))),
            [.. Enumerable.Range(0, layout.Prompts).Select(prompt => Grid((target, seed) => Run(new StudyUnit(StudyUnitKind.Transfer, prompt, target, seed))))],
            [.. Strategies(StudyUnitKind.Average, _plan.AverageOfTopKValues, Run), .. Strategies(StudyUnitKind.Mixture, _plan.MixtureOfTopKValues, Run)])
        {
            LongBaselines = [.. _plan.LongBaselineSteps.Select(steps => Grid((target, seed) => Run(new StudyUnit(StudyUnitKind.LongBaseline, Target: target, Seed: seed, K: steps))))],
            LibrarySteps = Enumerable.Range(0, layout.Prompts).Sum(prompt => Run(new StudyUnit(StudyUnitKind.Source, prompt))?.Steps ?? 0),
        };
        all = all with { Methods = [.. Methods(all, Run)] };
        StudyAnalysis analysis = new(_plan, all, similarities);
        return new StudyResult
        {
            Sources = _plan.SourceNames,
            SourceMixtures = _plan.SourceMixtures.ToDictionary(mixture => mixture.Name, mixture => (IReadOnlyList<string>)[.. mixture.Tasks.Select(part => part.Task.Name)]),
            Targets = [.. _plan.Targets.Select(task => task.Name)],
            Suites = _plan.AllSuites,
            SourceSeeds = [.. _plan.SourceSeeds],
            TargetSeeds = [.. _plan.TargetSeeds],
            Leaks = layout.Leaks,
            Similarities = similarities,
            Validation = analysis.Findings(run => run.Score),
            Test = _plan.Targets.All(target => target.Test.Count > 0) ? analysis.Findings(run => run.Test ?? double.NaN) : null,
            Settings = _plan.Settings.Count == 0 ? [] : [.. _plan.Targets.Select((task, target) => new SettingTable
            {
                Target = task.Name,
                Seeds = [.. _plan.TargetSeeds],
                Rows = [.. _plan.Settings.Select((setting, place) => Setting(setting.Name, task, [.. _plan.TargetSeeds.Select((_, seed) => Run(new StudyUnit(StudyUnitKind.Setting, Target: target, Seed: seed, K: place)))]))],
            })],
            Missing = _missing,
        };
    }

    private static SettingRow Setting(string name, TextTask target, StudyRun?[] runs) => new()
    {
        Name = name,
        ValidationScores = [.. runs.Select(run => run?.Score ?? double.NaN)],
        TestScores = target.Test.Count == 0 ? null : [.. runs.Select(run => run?.Test ?? double.NaN)],
    };

    private IEnumerable<MethodRuns> Methods(StudyRuns runs, Func<StudyUnit, StudyRun?> run)
    {
        return
        [
            .. _plan.FewShot is null ? [] : Of(StudyMethod.FewShot, StudyUnitKind.FewShot),
            new MethodRuns(StudyMethod.PromptTuning, [runs.Baseline]),
            .. _plan.LongBaselineSteps.Zip(runs.LongBaselines, (steps, longer) => new MethodRuns(StudyMethod.LongerPromptTuning, [longer]) { Steps = steps }),
            .. !_plan.Exhaustive ? [] : runs.Transfer.Chunk(_plan.SourceSeeds.Count).Select((ofSource, source) =>
                new MethodRuns(StudyMethod.Transfer, ofSource) { Source = layout.Sources[source].Name, LeftOut = layout.Leaks[source] }),
            .. _plan.ModelTuning is null ? [] : Of(StudyMethod.ModelTuning, StudyUnitKind.ModelTuning),
            .. _plan.MultiTaskModelTuning is null ? [] : Enumerable.Range(_plan.Sources.Count, _plan.SourceMixtures.Count).Select(mixture =>
                new MethodRuns(StudyMethod.MultiTaskModelTuning, [Grid((target, seed) => run(new StudyUnit(StudyUnitKind.MultiTaskModelTuning, Target: target, Seed: seed, K: mixture)))])
                {
                    Source = layout.Sources[mixture].Name,
                    LeftOut = layout.Leaks[mixture],
                }),
        ];

        IEnumerable<MethodRuns> Of(StudyMethod method, StudyUnitKind kind) =>
            [new MethodRuns(method, [Grid((target, seed) => run(new StudyUnit(kind, Target: target, Seed: seed)))])];
    }

    private IEnumerable<StrategyRuns> Strategies(StudyUnitKind kind, IReadOnlyList<int> ks, Func<StudyUnit, StudyRun?> run) =>
        from k in ks
        from similarity in _plan.SearchedSimilarities
        select new StrategyRuns(
            kind == StudyUnitKind.Average ? StudyStrategy.WeightedAverage : StudyStrategy.Mixture,
            k,
            similarity,
            Grid((target, seed) => run(new StudyUnit(kind, Target: target, Seed: seed, K: k, Similarity: similarity))));

    private StudyRun?[][] Grid(Func<int, int, StudyRun?> run) =>
        [.. Enumerable.Range(0, _plan.Targets.Count).Select(target => Enumerable.Range(0, _plan.TargetSeeds.Count).Select(seed => run(target, seed)).ToArray())];

    private async Task<IReadOnlyList<StudySimilarity>> SimilaritiesAsync(Dictionary<StudyUnit, StudyRun> runs, CancellationToken cancellationToken)
    {
        TaskEmbedding?[] keys = new TaskEmbedding?[layout.Prompts];
        int[] there = [.. Enumerable.Range(0, keys.Length).Where(prompt => runs.ContainsKey(new StudyUnit(StudyUnitKind.Source, prompt)))];
        IPromptLibrary library = await store.OpenPromptsAsync(StudyPromptKind.Source, [.. there.Select(layout.PromptId)], cancellationToken).ConfigureAwait(false);
        foreach (int prompt in there)
        {
            keys[prompt] = (await library.GetAsync(layout.PromptId(prompt), cancellationToken).ConfigureAwait(false))?.Embedding;
        }

        TaskEmbedding?[][] targets = [.. _plan.Targets.Select(_ => new TaskEmbedding?[_plan.TargetSeeds.Count])];
        StudyUnit[] embedded = [.. layout.Units.Where(unit => unit.Kind == StudyUnitKind.Embedding && runs.ContainsKey(unit))];
        string[] ids = [.. embedded.Select(unit => layout.EmbeddingId(unit.Target, unit.Seed))];
        IPromptLibrary embeddings = await store.OpenPromptsAsync(StudyPromptKind.Embedding, ids, cancellationToken).ConfigureAwait(false);
        foreach ((StudyUnit unit, string id) in embedded.Zip(ids))
        {
            targets[unit.Target][unit.Seed] = (await embeddings.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Embedding;
        }

        return [.. _plan.Similarities.Select(similarity =>
        {
            if (similarity == PromptSimilarity.ActivatedNeurons)
            {
                return Neurons(runs);
            }

            // Earlier versions kept no starts: then there is nothing to compare by displacement, as if the run were not done.
            TaskEmbedding? Usable(TaskEmbedding? embedding) => embedding?.Start is null && PromptKey.IsOfDisplacement(similarity) ? null : embedding;
            return StudyComparison.Of(
                _plan, similarity, [.. keys.Select(Usable)], [.. targets.Select(ofTarget => ofTarget.Select(Usable).ToArray())],
                (TaskEmbedding one, TaskEmbedding other) => PromptCosine.Compare(one, other, similarity), tasks => TaskSimilarity.Matrix(tasks, similarity));
        })];
    }

    private StudySimilarity Neurons(Dictionary<StudyUnit, StudyRun> runs)
    {
        ActivatedNeurons? Read(StudyUnit unit) => runs.GetValueOrDefault(unit)?.Neurons?.Read(backbone.Fingerprint);
        ActivatedNeurons?[] keys = [.. Enumerable.Range(0, layout.Prompts).Select(prompt => Read(new StudyUnit(StudyUnitKind.SourceNeurons, prompt)))];
        ActivatedNeurons?[][] targets = [.. Enumerable.Range(0, _plan.Targets.Count).Select(target =>
            Enumerable.Range(0, _plan.TargetSeeds.Count).Select(seed => Read(new StudyUnit(StudyUnitKind.TargetNeurons, Target: target, Seed: seed))).ToArray())];
        return StudyComparison.Of<ActivatedNeurons>(_plan, PromptSimilarity.ActivatedNeurons, keys, targets, (one, other) => one.Overlap(other), StudyComparison.Means);
    }
}
