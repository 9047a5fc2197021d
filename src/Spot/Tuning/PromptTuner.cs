using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Tunes soft prompts on a frozen T5.</summary>
/// <remarks>See <see cref="IPromptTuner"/> for threads and ownership.</remarks>
public sealed class PromptTuner : IPromptTuner
{
    private readonly Func<T5Backbone> _backbone;
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
        _backbone = backbone;
        _logger = logger ?? NullLogger<PromptTuner>.Instance;
    }

    /// <inheritdoc/>
    public Task<TuningResult> TuneAsync(
        TextTask task,
        TuningOptions? options = null,
        SoftPrompt? start = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        TuningOptions own = options?.Clone() ?? new TuningOptions();
        TuningOptionsCheck.Check(own);
        T5Backbone backbone = _backbone();
        backbone.CheckPrompt(start);
        LabelCheck.Check(task, backbone.Tokenizer, own);
        return backbone.RunAsync(() => new TuningRun(backbone, task, own, start, _logger).Execute(progress, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TuningEvaluation> EvaluateAsync(
        SoftPrompt? prompt,
        IReadOnlyList<TextExample> examples,
        IReadOnlyList<string> labels,
        TuningOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(labels);
        TuningOptions own = options?.Clone() ?? new TuningOptions();
        TuningOptionsCheck.Check(own);
        T5Backbone backbone = _backbone();
        backbone.CheckPrompt(prompt);
        return backbone.RunAsync(
            () => new PromptEvaluator(backbone, examples, labels, own).Evaluate(prompt, 0, cancellationToken), cancellationToken);
    }
}
