using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Tunes all weights of a T5: see <see cref="IModelTuner"/>.</summary>
/// <remarks>
/// Where the backbone is loaded in bfloat16, a run begins with the weights as its folder holds them, not with the rounded ones, so that its result does
/// not depend on how the backbone was loaded.
/// </remarks>
public sealed class ModelTuner : IModelTuner
{
    private readonly FirstUse<T5Backbone> _backbone;
    private readonly ILogger _logger;

    /// <summary>A tuner of a loaded model.</summary>
    /// <param name="backbone">The model to begin with; the caller keeps and disposes it.</param>
    /// <param name="logger">Told of the run's course; null for none.</param>
    public ModelTuner(T5Backbone backbone, ILogger<ModelTuner>? logger = null)
        : this(() => backbone, logger)
    {
    }

    /// <summary>A tuner whose backbone is loaded at first use.</summary>
    internal ModelTuner(Func<T5Backbone> backbone, ILogger<ModelTuner>? logger)
    {
        _backbone = new FirstUse<T5Backbone>(backbone);
        _logger = logger ?? NullLogger<ModelTuner>.Instance;
    }

    /// <inheritdoc/>
    public async Task<ModelTuningResult> TuneAsync(
        TaskMixture task,
        string outputFolder,
        ModelTuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputFolder);
        ModelTuningOptions own = options?.Clone() ?? new ModelTuningOptions();
        TuningOptionsValidator.Check(own);
        own.Label = new RunLabel(TuningRunKind.Model);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        LabelValidator.Check(task, backbone.Tokenizer, own);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        CheckTarget(target);
        ModelRun run = new(backbone, task, own, _logger);
        return await backbone.RunAsync(() => run.Execute(target, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
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
