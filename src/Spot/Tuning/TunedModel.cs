using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>A model that <see cref="ModelTuner"/> wrote, loaded to evaluate it and to tune it further.</summary>
/// <remarks>See <see cref="ITunedModel"/> for threads and ownership.</remarks>
public sealed class TunedModel : ITunedModel
{
    private readonly T5Backbone _backbone;

    private TunedModel(T5Backbone backbone)
    {
        _backbone = backbone;
        Evaluator = new PromptEvaluator(backbone);
        Tuner = new ModelTuner(backbone);
    }

    /// <inheritdoc/>
    public IPromptEvaluator Evaluator { get; }

    /// <inheritdoc/>
    public IModelTuner Tuner { get; }

    /// <summary>Loads it.</summary>
    /// <param name="folder">The folder that the tuner wrote (<see cref="ModelTuningResult.Folder"/>).</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The model; the caller disposes of it.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no T5 checkpoint, or a damaged one.</exception>
    public static TunedModel Load(string folder, BackboneOptions? options = null) => new(T5Backbone.Load(folder, options));

    /// <summary>Unloads it.</summary>
    public void Dispose() => _backbone.Dispose();
}
