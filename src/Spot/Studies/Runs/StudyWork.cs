using System.Security.Cryptography;
using System.Text;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>Does the units of a study. Each can be done again: it overwrites what it made.</summary>
internal sealed class StudyWork(StudyLayout layout, IStudyStore store, IPromptTuner tuner, IPromptEvaluator evaluator, ITaskEmbedder embedder, StudyTools tools)
{
    private readonly MethodWork _methods = new(layout, tools, evaluator);

    /// <summary>Does a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told after every tuning step; null for nobody.</param>
    /// <param name="cancellationToken">Checked before every step; what the run has done by then is kept.</param>
    /// <returns>What it gave, for the store to keep.</returns>
    public async Task<StudyUnitResult> DoAsync(StudyUnit unit, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        string name = unit.Name(layout), run = await store.OpenRunAsync(name, cancellationToken).ConfigureAwait(false);
        KeptRun kept = new(store, name, progress);
        try
        {
            return await (unit.Kind switch
            {
                StudyUnitKind.Source => SourceAsync(unit, run, kept, cancellationToken),
                StudyUnitKind.Embedding => EmbedAsync(unit, run, kept, cancellationToken),
                StudyUnitKind.SourceNeurons or StudyUnitKind.TargetNeurons => NeuronsAsync(unit, cancellationToken),
                StudyUnitKind.FewShot => _methods.FewShotAsync(unit, cancellationToken),
                StudyUnitKind.MultiTaskModel => _methods.OnMixtureAsync(unit, run, kept, cancellationToken),
                StudyUnitKind.ModelTuning or StudyUnitKind.MultiTaskModelTuning => _methods.OnTargetAsync(unit, run, kept, cancellationToken),
                StudyUnitKind.Average or StudyUnitKind.Mixture => TargetAsync(unit, Among(unit, run), kept, cancellationToken),
                _ => TargetAsync(unit, run, kept, cancellationToken),
            }).ConfigureAwait(false);
        }
        catch
        {
            store.KeepRun(name);
            throw;
        }
    }

    private async Task<StudyUnitResult> SourceAsync(StudyUnit unit, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TaskMixture source = layout.Sources[layout.SourceOf(unit.Prompt)];
        TuningOptions options = Options(layout.Plan.SourceOptions, run, layout.SeedOf(unit.Prompt));
        TuningResult result = await tuner.TuneAsync(source, options, null, progress, cancellationToken).ConfigureAwait(false);
        PromptRecord record = PromptRecord.FromTuning(source, result, layout.PromptId(unit.Prompt));
        return new StudyUnitResult(StudyRun.Of(result, null, result.Losses.Count), new StudyPrompt(StudyPromptKind.Source, record));
    }

    private async Task<StudyUnitResult> EmbedAsync(StudyUnit unit, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        TuningOptions options = Options(layout.Plan.SourceOptions, run, layout.Plan.TargetSeeds[unit.Seed]);
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
        PromptRecord record = new(info, embedding.Prompt, embedding);
        return new StudyUnitResult(new StudyRun { Score = 0, Steps = embedding.Step }, new StudyPrompt(StudyPromptKind.Embedding, record));
    }

    private async Task<StudyUnitResult> NeuronsAsync(StudyUnit unit, CancellationToken cancellationToken)
    {
        bool ofSource = unit.Kind == StudyUnitKind.SourceNeurons;
        string id = ofSource ? layout.PromptId(unit.Prompt) : layout.EmbeddingId(unit.Target, unit.Seed);
        SoftPrompt prompt = (await EmbeddingAsync(ofSource ? StudyPromptKind.Source : StudyPromptKind.Embedding, id, cancellationToken).ConfigureAwait(false)).Prompt;
        ActivatedNeurons neurons = await tools.Inspector!.ActivatedNeuronsAsync(prompt, cancellationToken).ConfigureAwait(false);
        return new StudyUnitResult(new StudyRun { Score = 0, Neurons = NeuronStates.Of(neurons) });
    }

    private async Task<TaskEmbedding> EmbeddingAsync(StudyPromptKind kind, string id, CancellationToken cancellationToken)
    {
        IPromptLibrary prompts = await store.OpenPromptsAsync(kind, [id], cancellationToken).ConfigureAwait(false);
        return (await prompts.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Embedding
            ?? throw new SpotException($"The study's embedding '{id}' is missing though its unit is done. Delete that unit to have it done again.");
    }

    // What it begins with is chosen among the source prompts: with more of them in the plan it is another run.
    private string Among(StudyUnit unit, string run) =>
        Path.Combine(run, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', layout.EligibleIds(unit)))))[..12]);

    private async Task<StudyUnitResult> TargetAsync(StudyUnit unit, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        TuningOptions options = Options(unit.TargetOptions(layout.Plan), run, layout.Plan.TargetSeeds[unit.Seed]);
        if (unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline && target.Labels.Count == 0 && options.Initialization == PromptInitialization.ClassLabels)
        {
            options.Initialization = PromptInitialization.SampledVocabulary;
        }

        try
        {
            ITransferStrategy strategy = await StrategyAsync(unit, run, cancellationToken).ConfigureAwait(false);
            TransferResult transfer = await strategy.TransferAsync(target, options, progress, cancellationToken).ConfigureAwait(false);
            TuningResult result = transfer.Best.Result;
            PromptEvaluation? test = await TestAsync(result.Best, target, options, cancellationToken).ConfigureAwait(false);
            return new StudyUnitResult(StudyRun.Of(result, test, transfer.Steps));
        }
        catch (TuningDivergedException exception) when ((exception.Best ?? exception.LastGood) is { } good && unit.Kind != StudyUnitKind.Mixture)
        {
            IReadOnlyList<TextExample> validation = ValidationSample.Of(target, options.MaxValidationExamples);
            PromptEvaluation evaluation = await evaluator.EvaluateAsync(good, target, validation, options.ToEvaluationOptions(), cancellationToken).ConfigureAwait(false);
            PromptEvaluation? test = await TestAsync(good, target, options, cancellationToken).ConfigureAwait(false);
            int step = exception.Step - 1;
            return new StudyUnitResult(StudyRun.Of(evaluation.Score, step, [evaluation.At(step)], test, step));
        }
    }

    private async Task<ITransferStrategy> StrategyAsync(StudyUnit unit, string run, CancellationToken cancellationToken)
    {
        if (unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline or StudyUnitKind.Setting)
        {
            return new NoTransfer(tuner);
        }

        if (unit.Kind == StudyUnitKind.Transfer)
        {
            string start = layout.PromptId(unit.Prompt);
            return new GenericTransfer(tuner, await store.OpenPromptsAsync(StudyPromptKind.Source, [start], cancellationToken).ConfigureAwait(false), start);
        }

        TaskEmbedding embedding = await EmbeddingAsync(StudyPromptKind.Embedding, layout.EmbeddingId(unit.Target, unit.Seed), cancellationToken).ConfigureAwait(false);
        HashSet<string> eligible = [.. layout.EligibleIds(unit)];
        IPromptLibrary library = await store.OpenPromptsAsync(StudyPromptKind.Source, eligible, cancellationToken).ConfigureAwait(false);
        await CheckStartsAsync(library, unit.Similarity, embedding, eligible, cancellationToken).ConfigureAwait(false);
        if (unit.Kind == StudyUnitKind.Average)
        {
            return new AverageOfTopK(tuner, embedder, library)
            {
                K = unit.K,
                Similarity = unit.Similarity,
                Embeddings = [embedding],
                Eligible = info => eligible.Contains(info.Id),
            };
        }

        TuningOptions mixture = Options(layout.Plan.SourceOptions, run, layout.Plan.TargetSeeds[unit.Seed]).Within("mixture");
        return new MixtureOfTopK(tuner, embedder, library, info => layout.Plan.Sources.FirstOrDefault(task => task.Name == info.Task))
        {
            K = unit.K,
            Similarity = unit.Similarity,
            Embeddings = [embedding],
            Eligible = info => eligible.Contains(info.Id),
            MixtureOptions = mixture,
        };
    }

    // What is not compared as the plan says must not be chosen under its name.
    private static async Task CheckStartsAsync(IPromptLibrary library, PromptSimilarity similarity, TaskEmbedding embedding, HashSet<string> eligible, CancellationToken cancellationToken)
    {
        PromptSearchOptions all = new() { K = int.MaxValue, Similarity = similarity, Filter = info => eligible.Contains(info.Id) };
        IReadOnlyList<PromptMatch> found = await library.SearchAsync(embedding, all, cancellationToken).ConfigureAwait(false);
        if (found.FirstOrDefault(match => match.ComparedBy != similarity) is { } other)
        {
            throw new SpotException(
                $"Found the embedding of '{embedding.Task}' or the key of '{other.Info.Id}' without its start, as earlier versions of Spot kept them, expected both for {similarity}. " +
                "Delete the files of the study's source and embedding units to have them done again, or compare prompts as they are (StudyPlan.Similarities).");
        }
    }

    private async Task<PromptEvaluation?> TestAsync(SoftPrompt prompt, TextTask target, TuningOptions options, CancellationToken cancellationToken) =>
        target.Test.Count == 0 ? null : await evaluator.EvaluateAsync(prompt, target, target.Test, options.ToEvaluationOptions(), cancellationToken).ConfigureAwait(false);

    private static TuningOptions Options(TuningOptions recipe, string run, long seed)
    {
        TuningOptions own = recipe.Clone();
        (own.Seed, own.RunFolder) = (seed, run);
        return own;
    }

    /// <summary>Passes on how a run stands, and has its checkpoints kept.</summary>
    private sealed class KeptRun(IStudyStore store, string unit, IProgress<TuningProgress>? progress) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value)
        {
            store.KeepRun(unit);
            progress?.Report(value);
        }
    }
}
