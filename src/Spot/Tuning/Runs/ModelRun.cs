using Microsoft.Extensions.Logging;
using Spot.Backbone;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>A run that tunes all weights.</summary>
/// <param name="backbone">The model to begin with.</param>
/// <param name="task">The task, or a mixture of tasks.</param>
/// <param name="options">The checked options.</param>
/// <param name="logger">Told of the run's course.</param>
internal sealed class ModelRun(T5Backbone backbone, TaskMixture task, ModelTuningOptions options, ILogger logger)
{
    /// <summary>Tunes a copy of the model and writes its best checkpoint.</summary>
    /// <param name="target">The folder for it, which must not exist.</param>
    /// <param name="progress">Told at the start and after every step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public ModelTuningResult Execute(string target, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (string problem in RecipeWarnings.OfModel(options))
        {
            TuningLog.UnusualRecipe(logger, task.Name, problem);
        }

        ScalarType type = DeviceChoice.Resolve(options.Precision, backbone.Model.Device).Type;
        using ModelTrainable trainable = Trainable(type);
        SortedDictionary<string, string> identity = RunIdentity.Of(trainable.Kind, backbone, task, options, null);
        identity["precision"] = nameof(BackbonePrecision.Float32); // of the weights, whatever the backbone's
        identity["precision of passes"] = type.ToString();
        bool rounded = options.StoredPrecision == BackbonePrecision.BFloat16;
        TuningRun run = new(trainable, task, new TrainingStream(task, backbone.Tokenizer, options), options, logger, new Milestones(TimeProvider.System));
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
    private ModelTrainable Trainable(ScalarType type)
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
}
