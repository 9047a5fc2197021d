using System.Runtime.CompilerServices;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Evaluates soft prompts on a frozen T5.</summary>
/// <remarks>See <see cref="IPromptEvaluator"/> for threads and ownership.</remarks>
public sealed class PromptEvaluator : IPromptEvaluator
{
    // Documents in memory at once where a prompt is scored by likelihood.
    private const int Documents = 8;
    private readonly FirstUse<T5Backbone> _backbone;

    /// <summary>An evaluator on a loaded backbone.</summary>
    /// <param name="backbone">The backbone; the caller keeps and disposes it.</param>
    public PromptEvaluator(T5Backbone backbone)
        : this(() => backbone)
    {
    }

    /// <summary>An evaluator whose backbone is loaded at first use.</summary>
    internal PromptEvaluator(Func<T5Backbone> backbone) => _backbone = new FirstUse<T5Backbone>(backbone);

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public async Task<PromptEvaluation> EvaluateAsync(
        SoftPrompt? prompt,
        TextTask task,
        IReadOnlyList<TextExample>? examples = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyList<TextExample> chosen = Examples(task, examples);
        EvaluationOptions own = Checked(options);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(prompt);
        return await backbone.RunAsync(
            () => MixtureEvaluator.Create(backbone.Model, backbone.Tokenizer, task, chosen, own, Documents).Evaluate(prompt, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<EnsembleEvaluation> EvaluateAsync(
        IReadOnlyList<SoftPrompt> prompts,
        TextTask task,
        IReadOnlyList<TextExample>? examples = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count == 0 || prompts.Contains(null))
        {
            throw new ArgumentException(
                prompts.Count == 0 ? "Found no prompts to evaluate, expected at least one." : "Found a prompt that is null; the bare model is evaluated by itself.", nameof(prompts));
        }

        SoftPrompt[] all = [.. prompts];
        if (task?.Objective is TextObjective.PrefixLanguageModel or TextObjective.SpanCorruption)
        {
            throw new ArgumentException($"'{task.Name}' is raw text: prompts are scored by likelihood there and write no answers to vote on. Evaluate them one by one.", nameof(task));
        }

        IReadOnlyList<TextExample> chosen = Examples(task!, examples);
        EvaluationOptions own = Checked(options);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        Array.ForEach(all, backbone.CheckPrompt);
        return await backbone.RunAsync(
            () => new MetricEvaluator(backbone.Model, backbone.Tokenizer, task!, chosen, own).Evaluate(all, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static IReadOnlyList<TextExample> Examples(TextTask task, IReadOnlyList<TextExample>? examples)
    {
        ArgumentNullException.ThrowIfNull(task);
        IReadOnlyList<TextExample> chosen = examples ?? task.Validation;
        return chosen.Count > 0 ? chosen : throw new ArgumentException(
            $"Found no examples of '{task.Name}' to evaluate, expected at least one: the score of nothing is undefined. Pass null for the validation examples.", nameof(examples));
    }

    private static EvaluationOptions Checked(EvaluationOptions? options)
    {
        EvaluationOptions own = options?.Clone() ?? new EvaluationOptions();
        TuningOptionsValidator.Check(own);
        return own;
    }
}
