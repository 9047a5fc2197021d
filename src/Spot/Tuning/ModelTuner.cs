using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// Tunes all weights of a T5 on a task (model tuning) or on several at once (multi-task model tuning): the baselines that SPoT compares with.
/// The backbone itself stays as it is.
/// </summary>
/// <remarks>Safe for concurrent calls, which take turns on the backbone step by step. The caller keeps the backbone; a tuner owns nothing to dispose.</remarks>
/// <param name="backbone">
/// The model to begin with; the caller disposes it. Where it is loaded in bfloat16, the run begins with the weights as its folder holds them, not with
/// the rounded ones, so that its result does not depend on how the backbone was loaded.
/// </param>
/// <param name="logger">Told of the run's course; null for none.</param>
public sealed class ModelTuner(T5Backbone backbone, ILogger<ModelTuner>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<ModelTuner>.Instance;

    /// <summary>
    /// What passes are computed in. The weights are kept and changed in float32 whatever it says; with <see cref="BackbonePrecision.BFloat16"/>, or
    /// <see cref="BackbonePrecision.Auto"/> where the device has instructions for it, passes read a rounded copy of their matrices.
    /// </summary>
    /// <value><see cref="BackbonePrecision.Float32"/>.</value>
    public BackbonePrecision Precision { get; init; } = BackbonePrecision.Float32;

    /// <summary>What the checkpoint's weights are stored in: <see cref="BackbonePrecision.Float32"/>, or rounded to <see cref="BackbonePrecision.BFloat16"/> in half the space.</summary>
    /// <value><see cref="BackbonePrecision.Float32"/>.</value>
    public BackbonePrecision StoredPrecision { get; init; } = BackbonePrecision.Float32;

    /// <summary>Tunes a copy of the model and writes its best checkpoint.</summary>
    /// <remarks>Needs memory for three to four copies of the weights in float32: weights, gradient, best checkpoint, and moments with AdamW two more.</remarks>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="outputFolder">The folder for the best checkpoint, as a model hub holds it; must not exist or be empty.</param>
    /// <param name="options">How; null for <see cref="TuningOptions.ModelTuning"/>. What concerns prompts alone has no meaning here.</param>
    /// <param name="progress">Told at the start and after every step, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>Where the best checkpoint is, and the history.</returns>
    /// <exception cref="ArgumentException">An option or a precision is out of range.</exception>
    /// <exception cref="SpotException">
    /// The checkpoint in the run's folder is of another run, or the backbone is in bfloat16 and its folder holds other weights than when it was loaded.
    /// </exception>
    /// <exception cref="IOException">A folder cannot be written, or the output folder is not empty.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in the run's folder is damaged.</exception>
    /// <exception cref="TuningDivergedException">
    /// Loss, gradient or a weight became infinite or not a number. The best checkpoint so far, if one was evaluated, is in the output folder.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<ModelTuningResult> TuneAsync(
        TaskMixture task,
        string outputFolder,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputFolder);
        TuningOptions own = options?.Clone() ?? TuningOptions.ModelTuning();
        TuningOptionsValidator.Check(own);
        own.Label = new RunLabel(TuningRunKind.Model);
        LabelValidator.Check(task, backbone.Tokenizer, own);
        if (StoredPrecision is not (BackbonePrecision.Float32 or BackbonePrecision.BFloat16))
        {
            throw new ArgumentException($"{nameof(StoredPrecision)} is {StoredPrecision}; expected Float32 or BFloat16.");
        }

        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        CheckTarget(target);
        return await backbone.RunAsync(() => Run(task, target, own, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private ModelTuningResult Run(TaskMixture task, string target, TuningOptions options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (string problem in RecipeWarnings.OfModel(options))
        {
            TuningLog.UnusualRecipe(_logger, task.Name, problem);
        }

        ScalarType type = DeviceChoice.Resolve(Precision, backbone.Model.Device).Type;
        using ModelTrainable trainable = Trainable(task, options, type);
        SortedDictionary<string, string> identity = RunIdentity.Of(trainable.Kind, backbone, task, options, null);
        identity["precision"] = nameof(BackbonePrecision.Float32); // of the weights, whatever the backbone's
        identity["precision of passes"] = type.ToString();
        bool rounded = StoredPrecision == BackbonePrecision.BFloat16;
        TuningRun run = new(trainable, task, new TrainingStream(task, backbone.Tokenizer, options), options, _logger, new Milestones(TimeProvider.System));
        try
        {
            run.Execute(identity, progress, cancellationToken);
        }
        catch (TuningDivergedException) when (run.State.Best is not null)
        {
            trainable.Write(run.State.Best, backbone.Folder, target, rounded);
            throw;
        }

        RunState state = run.State;
        trainable.Write(state.Best!, backbone.Folder, target, rounded);
        return new ModelTuningResult
        {
            Folder = target,
            BestScore = state.BestEvaluation.Score,
            BestStep = state.BestEvaluation.Step,
            Evaluations = state.Evaluations,
            Losses = state.Losses,
            Seed = options.Seed,
        };
    }

    // On float32 weights: small updates vanish in bfloat16, and rounded weights are another model's.
    private ModelTrainable Trainable(TaskMixture task, TuningOptions options, ScalarType type)
    {
        using FrozenT5? whole = backbone.Precision == BackbonePrecision.Float32 ? null : LoadWhole();
        FrozenT5 model = whole ?? backbone.Model;
        TaskPrompts? prompts = TaskPrompts.Create(model, backbone.Tokenizer, task, options);
        return new ModelTrainable(model, options, copy => new MixtureEvaluator(copy, backbone.Tokenizer, task, options), type, prompts);
    }

    private FrozenT5 LoadWhole()
    {
        T5Weights weights = T5Weights.Load(backbone.Folder, backbone.Config, backbone.Model.Device, ScalarType.Float32);
        if (weights.Fingerprint == backbone.Fingerprint)
        {
            return backbone.Model.With(weights, ScalarType.Float32);
        }

        weights.Dispose();
        throw new SpotException(
            $"The weights in '{backbone.Folder}' are not those that the backbone was loaded from: found {weights.Fingerprint}, expected {backbone.Fingerprint}. " +
            "Model tuning reads them once more where the backbone is in bfloat16: load the backbone again.");
    }

    // Before the work, not after it.
    private static void CheckTarget(string target)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new IOException($"The output folder '{target}' is not empty; a checkpoint would be mixed with what is there. Choose a new folder.");
        }

        if (Directory.Exists(target))
        {
            Directory.Delete(target); // empty: the checkpoint is moved to its place whole
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
    }
}
