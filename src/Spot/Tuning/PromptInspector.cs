using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Looks into soft prompts of a frozen T5.</summary>
/// <remarks>See <see cref="IPromptInspector"/> for threads and ownership.</remarks>
public sealed class PromptInspector : IPromptInspector
{
    private readonly FirstUse<T5Backbone> _backbone;
    private readonly PromptEvaluator _evaluator;

    /// <summary>An inspector on a loaded backbone.</summary>
    /// <param name="backbone">The backbone; the caller keeps and disposes it.</param>
    public PromptInspector(T5Backbone backbone)
        : this(() => backbone)
    {
    }

    /// <summary>An inspector whose backbone is loaded at first use.</summary>
    internal PromptInspector(Func<T5Backbone> backbone)
    {
        _backbone = new FirstUse<T5Backbone>(backbone);
        _evaluator = new PromptEvaluator(backbone);
    }

    /// <inheritdoc/>
    public async Task<PromptReport> ReportAsync(SoftPrompt prompt, PromptReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        PromptReportOptions own = options ?? new PromptReportOptions();
        (int nearest, SoftPrompt? start, TextTask? task) = (own.Nearest, own.Start, own.Task);
        (IReadOnlyList<TextExample>? examples, EvaluationOptions? evaluation) = (own.Examples, own.Evaluation?.Clone());
        Check(prompt, nearest, start, task);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(prompt);
        backbone.CheckPrompt(start);
        NearestTokens vocabulary = new(backbone.Model, backbone.Tokenizer);
        PromptRowReport[] rows = await backbone.RunAsync(() => vocabulary.Report(prompt, start, nearest), cancellationToken).ConfigureAwait(false);
        double? score = null;
        if (task is not null)
        {
            score = await ScoreAsync(prompt).ConfigureAwait(false);
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = rows[row] with { ScoreWithoutRow = await ScoreAsync(WithStart(prompt, start!, row)).ConfigureAwait(false) };
            }
        }

        return new PromptReport
        {
            BackboneFingerprint = prompt.BackboneFingerprint,
            BackboneName = backbone.Name,
            Length = prompt.Length,
            Dim = prompt.Dim,
            VocabularyNorm = vocabulary.MeanNorm,
            Task = task?.Name,
            Score = score,
            Rows = rows,
        };

        async Task<double> ScoreAsync(SoftPrompt tried) => (await _evaluator.EvaluateAsync(tried, task!, examples, evaluation, cancellationToken).ConfigureAwait(false)).Score;
    }

    /// <inheritdoc/>
    public async Task<ActivatedNeurons> ActivatedNeuronsAsync(SoftPrompt prompt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(prompt);
        return await backbone.RunAsync(() => DecoderNeurons.Of(backbone.Model, prompt, backbone.Tokenizer.EosId), cancellationToken).ConfigureAwait(false);
    }

    private static void Check(SoftPrompt prompt, int nearest, SoftPrompt? start, TextTask? task)
    {
        if (nearest < 1)
        {
            throw new ArgumentException($"{nameof(PromptReportOptions)}.{nameof(PromptReportOptions.Nearest)} is {nearest}; it must be at least 1.");
        }

        if (start is not null && (start.Length, start.Dim) != (prompt.Length, prompt.Dim))
        {
            throw new ArgumentException(
                $"The prompt has {prompt.Length} x {prompt.Dim} numbers and its start {start.Length} x {start.Dim}; give the start of this prompt, or null where it is not known.");
        }

        if (task is not null && start is null)
        {
            throw new ArgumentException(
                $"Rows are tried on '{task.Name}' by what they were at the start, but {nameof(PromptReportOptions.Start)} is null; give the prompt before its first step, or no task.");
        }
    }

    private static SoftPrompt WithStart(SoftPrompt prompt, SoftPrompt start, int row)
    {
        float[] values = prompt.Values.ToArray();
        start.Row(row).CopyTo(values.AsSpan(row * prompt.Dim));
        return new SoftPrompt(prompt.Length, prompt.Dim, values, prompt.BackboneFingerprint);
    }
}
