using Spot.Transfer;

namespace Spot.Studies;

/// <summary>Does the units of a study. Each can be done again: it overwrites what it made.</summary>
internal sealed class StudyWork(StudyLayout layout, StudyFolder folder, IPromptTuner tuner, IPromptEvaluator evaluator, ITaskEmbedder embedder)
{
    /// <summary>The units that must be done before.</summary>
    public IEnumerable<StudyUnit> Needs(StudyUnit unit)
    {
        StudyUnit Source(int prompt) => new(StudyUnitKind.Source, prompt);
        return unit.Kind switch
        {
            StudyUnitKind.Transfer => [Source(unit.Prompt)],
            StudyUnitKind.Average or StudyUnitKind.Mixture =>
            [
                .. Enumerable.Range(0, layout.Prompts).Where(prompt => !layout.Leaks[layout.SourceOf(prompt)][unit.Target]).Select(Source),
                new StudyUnit(StudyUnitKind.Embedding, Target: unit.Target, Seed: unit.Seed),
            ],
            _ => [],
        };
    }

    /// <summary>Does a unit and keeps the prompts that it makes.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told after every tuning step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>What to write into its file.</returns>
    public Task<StudyRun> DoAsync(StudyUnit unit, IProgress<TuningProgress> progress, CancellationToken cancellationToken) => unit.Kind switch
    {
        StudyUnitKind.Source => SourceAsync(unit, progress, cancellationToken),
        StudyUnitKind.Embedding => EmbedAsync(unit, progress, cancellationToken),
        _ => TargetAsync(unit, progress, cancellationToken),
    };

    private async Task<StudyRun> SourceAsync(StudyUnit unit, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask source = layout.Plan.Sources[layout.SourceOf(unit.Prompt)];
        TuningOptions options = Options(layout.Plan.SourceOptions, unit, layout.SeedOf(unit.Prompt));
        TuningResult result = await tuner.TuneAsync(source, options, null, progress, cancellationToken).ConfigureAwait(false);
        PromptRecord record = PromptRecord.FromTuning(source, result, layout.PromptId(unit.Prompt));
        await folder.Library.AddAsync(record, replace: true, cancellationToken).ConfigureAwait(false);
        return StudyRun.Of(result, null, result.Losses.Count);
    }

    private async Task<StudyRun> EmbedAsync(StudyUnit unit, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        TuningOptions options = Options(layout.Plan.SourceOptions, unit, layout.Plan.TargetSeeds[unit.Seed]);
        TaskEmbedding embedding = await embedder.EmbedAsync(target, options, progress, cancellationToken).ConfigureAwait(false);
        PromptInfo info = new()
        {
            Id = layout.EmbeddingId(unit.Target, unit.Seed),
            Task = target.Name,
            Family = target.Family,
            BackboneFingerprint = embedding.Prompt.BackboneFingerprint,
            Length = embedding.Prompt.Length,
            Dim = embedding.Prompt.Dim,
            EmbeddingStep = embedding.Step,
            Step = embedding.Step,
            Seed = options.Seed,
            Created = DateTimeOffset.UtcNow,
            Note = "A task embedding of a study's target: the prompt itself is an early checkpoint.",
        };
        await folder.Embeddings.AddAsync(new PromptRecord(info, embedding.Prompt, embedding), replace: true, cancellationToken).ConfigureAwait(false);
        return new StudyRun { Score = 0, Steps = embedding.Step };
    }

    private async Task<StudyRun> TargetAsync(StudyUnit unit, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        TuningOptions options = Options(unit.TargetOptions(layout.Plan), unit, layout.Plan.TargetSeeds[unit.Seed]);
        if (unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline && target.Labels.Count == 0 && options.Initialization == PromptInitialization.ClassLabels)
        {
            options.Initialization = PromptInitialization.SampledVocabulary;
        }

        try
        {
            ITransferStrategy strategy = await StrategyAsync(unit, cancellationToken).ConfigureAwait(false);
            TransferResult transfer = await strategy.TransferAsync(target, options, progress, cancellationToken).ConfigureAwait(false);
            TuningResult result = transfer.Best.Result;
            return StudyRun.Of(result, await TestAsync(result.Best, target, options, cancellationToken).ConfigureAwait(false), transfer.Steps);
        }
        catch (TuningDivergedException exception) when ((exception.Best ?? exception.LastGood) is { } good && unit.Kind != StudyUnitKind.Mixture)
        {
            IReadOnlyList<TextExample> validation = ValidationSample.Of(target, options.MaxValidationExamples);
            PromptEvaluation evaluation = await evaluator.EvaluateAsync(good, target, validation, options.ToEvaluationOptions(), cancellationToken).ConfigureAwait(false);
            PromptEvaluation? test = await TestAsync(good, target, options, cancellationToken).ConfigureAwait(false);
            int step = exception.Step - 1;
            return new StudyRun
            {
                Score = StudyRun.Defined(evaluation.Score),
                Test = test is null ? null : StudyRun.Defined(test.Score),
                BestStep = step,
                Steps = step,
                Evaluations = [evaluation.At(step)],
            };
        }
    }

    private async Task<ITransferStrategy> StrategyAsync(StudyUnit unit, CancellationToken cancellationToken)
    {
        if (unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline)
        {
            return new NoTransfer(tuner);
        }

        if (unit.Kind == StudyUnitKind.Transfer)
        {
            return new GenericTransfer(tuner, folder.Library, layout.PromptId(unit.Prompt));
        }

        string id = layout.EmbeddingId(unit.Target, unit.Seed);
        PromptRecord record = await folder.Embeddings.GetAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new SpotException($"The study's embedding '{id}' is missing though its unit is done. Delete the unit's file to have it done again.");
        HashSet<string> eligible = [.. layout.Eligible(unit.Target)];
        HashSet<string> there = await folder.Library.ListAsync(cancellationToken).Select(info => info.Id).ToHashSetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!eligible.IsSubsetOf(there))
        {
            await folder.Library.RefreshAsync(cancellationToken).ConfigureAwait(false); // another shard has added to it
        }

        await CheckStartsAsync(unit.Similarity, record.Embedding!, eligible, cancellationToken).ConfigureAwait(false);
        if (unit.Kind == StudyUnitKind.Average)
        {
            return new AverageOfTopK(tuner, embedder, folder.Library)
            {
                K = unit.K,
                Similarity = unit.Similarity,
                Embeddings = [record.Embedding!],
                Eligible = info => eligible.Contains(info.Id),
            };
        }

        TuningOptions mixture = Options(layout.Plan.SourceOptions, unit, layout.Plan.TargetSeeds[unit.Seed]).Within("mixture");
        return new MixtureOfTopK(tuner, embedder, folder.Library, info => layout.Plan.Sources.FirstOrDefault(task => task.Name == info.Task))
        {
            K = unit.K,
            Similarity = unit.Similarity,
            Embeddings = [record.Embedding!],
            Eligible = info => eligible.Contains(info.Id),
            MixtureOptions = mixture,
        };
    }

    // What is not compared as the plan says must not be chosen under its name.
    private async Task CheckStartsAsync(PromptSimilarity similarity, TaskEmbedding embedding, HashSet<string> eligible, CancellationToken cancellationToken)
    {
        PromptSearchOptions all = new() { K = int.MaxValue, Similarity = similarity, Filter = info => eligible.Contains(info.Id) };
        IReadOnlyList<PromptMatch> found = await folder.Library.SearchAsync(embedding, all, cancellationToken).ConfigureAwait(false);
        if (found.FirstOrDefault(match => match.ComparedBy != similarity) is { } other)
        {
            throw new SpotException(
                $"Found the embedding of '{embedding.Task}' or the key of '{other.Info.Id}' without its start, as earlier versions of Spot kept them, expected both for {similarity}. " +
                "Delete the files of the study's source and embedding units to have them done again, or compare prompts as they are (StudyPlan.Similarities).");
        }
    }

    private async Task<PromptEvaluation?> TestAsync(SoftPrompt prompt, TextTask target, TuningOptions options, CancellationToken cancellationToken) =>
        target.Test.Count == 0 ? null : await evaluator.EvaluateAsync(prompt, target, target.Test, options.ToEvaluationOptions(), cancellationToken).ConfigureAwait(false);

    private TuningOptions Options(TuningOptions recipe, StudyUnit unit, long seed)
    {
        TuningOptions own = recipe.Clone();
        (own.Seed, own.RunFolder) = (seed, folder.RunPath(layout, unit));
        return own;
    }
}
