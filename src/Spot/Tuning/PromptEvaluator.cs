using Spot.Backbone;
using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Scores a prompt by greedy decoding and exact, case-sensitive match (prompt tuning §3).</summary>
internal sealed class PromptEvaluator
{
    private readonly T5Backbone _backbone;
    private readonly int[][] _inputs;
    private readonly string[] _targets;
    private readonly HashSet<string> _labels;
    private readonly int _maxTokens;

    /// <param name="backbone">The model.</param>
    /// <param name="examples">What to answer.</param>
    /// <param name="labels">The legal outputs; empty for free-form targets.</param>
    /// <param name="options">Lengths.</param>
    public PromptEvaluator(T5Backbone backbone, IReadOnlyList<TextExample> examples, IReadOnlyList<string> labels, TuningOptions options)
    {
        T5Tokenizer tokenizer = backbone.Tokenizer;
        _backbone = backbone;
        _inputs = [.. examples.Select(example => tokenizer.Encode(example.Input, options.MaxInputLength))];
        _targets = [.. examples.Select(example => example.Target)];
        _labels = new HashSet<string>(labels, StringComparer.Ordinal);

        // Nothing longer than the longest label can match; an answer cut there never counts.
        _maxTokens = labels.Count == 0
            ? options.MaxTargetLength
            : labels.Max(label => tokenizer.Encode(label, options.MaxTargetLength).Length);
    }

    /// <summary>Evaluates a prompt.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="step">Its step, for the report.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public TuningEvaluation Evaluate(SoftPrompt? prompt, int step, CancellationToken cancellationToken)
    {
        int[][] answers = GreedyBatches.Run(_backbone.Model, prompt, _inputs, _maxTokens, cancellationToken);
        int right = 0;
        int illegal = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            bool ended = answers[i].Length > 0 && answers[i][^1] == _backbone.Config.EosId;
            string text = _backbone.Tokenizer.Decode(answers[i]);
            bool legal = _labels.Count == 0 || (ended && _labels.Contains(text));
            right += legal && text == _targets[i] ? 1 : 0;
            illegal += legal ? 0 : 1;
        }

        return new TuningEvaluation(step, 100.0 * right / Math.Max(1, answers.Length), (double)illegal / Math.Max(1, answers.Length));
    }
}
