using Spot.Backbone;
using Spot.Tasks;
using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Scores a prompt by greedy decoding and exact, case-sensitive match (prompt tuning §3).</summary>
internal sealed class PromptEvaluator : ITaskEvaluator
{
    private readonly FrozenT5 _model;
    private readonly T5Tokenizer _tokenizer;
    private readonly TextTask _task;
    private readonly IReadOnlyList<TextExample> _examples;
    private readonly int[][] _inputs;
    private readonly int _maxTokens;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="task">Labels and metrics.</param>
    /// <param name="examples">What to answer.</param>
    /// <param name="options">Lengths and method.</param>
    public PromptEvaluator(FrozenT5 model, T5Tokenizer tokenizer, TextTask task, IReadOnlyList<TextExample> examples, TuningOptions options)
    {
        _model = model;
        _tokenizer = tokenizer;
        _task = task;
        _examples = examples;
        _inputs = [.. examples.Select(example => tokenizer.Encode(example.Input, options.MaxInputLength))];

        // Nothing longer than the longest label can match; an answer cut there never counts.
        _maxTokens = task.Labels.Count == 0
            ? options.MaxTargetLength
            : task.Labels.Max(label => tokenizer.Encode(label, options.MaxTargetLength).Length);
    }

    /// <summary>Evaluates a prompt.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="step">Its step, for the report.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public TuningEvaluation Evaluate(SoftPrompt? prompt, int step, CancellationToken cancellationToken)
    {
        int[][] answers = GreedyBatches.Run(_model, prompt, _inputs, _maxTokens, cancellationToken);
        TaskPrediction[] predictions = [.. answers.Select((answer, i) => Read(answer, _examples[i]))];
        Dictionary<string, double> metrics = _task.Metrics.ToDictionary(metric => metric.Name, metric => metric.Score(predictions, _task.Labels));
        double illegal = _task.Labels.Count == 0 ? 0 : (double)predictions.Count(prediction => prediction.Label < 0) / predictions.Length;
        return new TuningEvaluation(step, metrics.Values.Average(), illegal) { Metrics = metrics };
    }

    private TaskPrediction Read(int[] answer, TextExample example)
    {
        bool ended = answer.Length > 0 && answer[^1] == _model.Config.EosId;
        string text = _tokenizer.Decode(answer);
        return new TaskPrediction(example, text, ended ? ClassificationMetrics.LabelId(text, _task.Labels) : ClassificationMetrics.InvalidLabel);
    }
}
