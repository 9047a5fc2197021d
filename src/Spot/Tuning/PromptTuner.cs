using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Tunes soft prompts on a frozen T5.</summary>
/// <remarks>See <see cref="IPromptTuner"/> for threads and ownership.</remarks>
public sealed class PromptTuner : IPromptTuner
{
    private readonly FirstUse<T5Backbone> _backbone;
    private readonly ILogger _logger;

    /// <summary>A tuner on a loaded backbone.</summary>
    /// <param name="backbone">The backbone; the caller keeps and disposes it.</param>
    /// <param name="logger">Told of evaluations; null for none.</param>
    public PromptTuner(T5Backbone backbone, ILogger<PromptTuner>? logger = null)
        : this(() => backbone, logger)
    {
    }

    /// <summary>A tuner whose backbone is loaded at first use.</summary>
    internal PromptTuner(Func<T5Backbone> backbone, ILogger<PromptTuner>? logger)
    {
        _backbone = new FirstUse<T5Backbone>(backbone);
        _logger = logger ?? NullLogger<PromptTuner>.Instance;
    }

    /// <summary>What runs are timed by.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <inheritdoc/>
    public async Task<TuningResult> TuneAsync(
        TaskMixture task,
        TuningOptions? options = null,
        SoftPrompt? start = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        TuningOptions own = Checked(options);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(start);
        LabelValidator.Check(task, backbone.Tokenizer, own);
        return await backbone.RunAsync(() => Run(backbone, task, own, start, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TuningResult>> TuneManyAsync(
        TaskMixture task,
        IReadOnlyList<SoftPrompt> starts,
        TuningOptions? options = null,
        IReadOnlyList<TuningRung>? rungs = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(starts);
        SoftPrompt[] all = [.. starts];
        if (all.Length == 0 || all.Contains(null))
        {
            throw new ArgumentException(
                all.Length == 0 ? "Found no prompts to start from, expected at least one." : "Found a start that is null; a prompt from scratch is tuned by itself.", nameof(starts));
        }

        TuningOptions own = Checked(options);
        TuningRung[] ownRungs = [.. rungs ?? []];
        TuningOptionsValidator.Check(ownRungs, own);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        Array.ForEach(all, backbone.CheckPrompt);
        LabelValidator.Check(task, backbone.Tokenizer, own);
        Warn(own, task, backbone, all);
        return await backbone.RunAsync(
            () => new BatchedTuning(backbone, task, own, all, _logger, new Milestones(Time)).Run(ownRungs, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TuningEstimate> EstimateAsync(
        TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        TuningOptions own = Checked(options);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(start);
        LabelValidator.Check(task, backbone.Tokenizer, own);
        Warn(own, task, backbone, [start]);
        return await backbone.RunAsync(() => new TuningTrial(backbone, task, own, start, Time).Run(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private TuningResult Run(
        T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt? start, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        Warn(options, task, backbone, [start]);
        using PromptTrainable trainable = PromptTrainable.Create(backbone, task, options, start);
        SortedDictionary<string, string> identity = RunIdentity.Of(trainable.Kind, backbone, task, options, start);
        TuningRun run = new(trainable, task, new TrainingStream(task, backbone.Tokenizer, options), options, _logger, new Milestones(Time));
        try
        {
            return PromptRunResult.Of(trainable, run.Execute(identity, progress, cancellationToken), task.Name, options, backbone.Name);
        }
        catch (TuningDivergedException exception)
        {
            PromptRunResult.Of(exception, trainable, run.State, task.Name, options, backbone.Name);
            throw;
        }
    }

    // What several starts have in common is said once.
    private void Warn(TuningOptions options, TaskMixture task, T5Backbone backbone, SoftPrompt?[] starts)
    {
        foreach (string problem in starts.SelectMany(start => RecipeWarnings.OfPrompt(options, task, backbone, start)).Distinct(StringComparer.Ordinal))
        {
            TuningLog.UnusualRecipe(_logger, task.Name, problem);
        }
    }

    private static TuningOptions Checked(TuningOptions? options)
    {
        TuningOptions own = options?.Clone() ?? new TuningOptions();
        TuningOptionsValidator.Check(own);
        return own;
    }
}
