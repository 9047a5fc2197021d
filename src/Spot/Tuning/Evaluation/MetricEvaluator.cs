using Spot.Backbone;
using Spot.Tasks;
using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Scores prompts by a task's metrics, after greedy decoding (exact, case-sensitive match; prompt tuning §3) or by ranking the labels.</summary>
internal sealed class MetricEvaluator : ITaskEvaluator
{
    private readonly FrozenT5 _model;
    private readonly T5Tokenizer _tokenizer;
    private readonly TextTask _task;
    private readonly IReadOnlyList<TextExample> _examples;
    private readonly int[][] _inputs;
    private readonly int[][] _labels;
    private readonly int _maxTokens;
    private readonly EvaluationMethod _method;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="task">Labels and metrics.</param>
    /// <param name="examples">What to answer, at least one.</param>
    /// <param name="options">Lengths and method.</param>
    public MetricEvaluator(FrozenT5 model, T5Tokenizer tokenizer, TextTask task, IReadOnlyList<TextExample> examples, EvaluationOptions options)
    {
        _model = model;
        _tokenizer = tokenizer;
        _task = task;
        _examples = examples;
        _inputs = [.. examples.Select(example => tokenizer.Encode(example.Input, options.MaxInputLength))];
        _labels = [.. task.Labels.Select(label => tokenizer.Encode(label, options.MaxTargetLength))];
        _method = _labels.Length == 0 ? EvaluationMethod.Decoding : options.Method;

        // Nothing longer than the longest label can match; an answer cut there never counts.
        _maxTokens = _labels.Length == 0 ? options.MaxTargetLength : _labels.Max(label => label.Length);
    }

    /// <inheritdoc/>
    public PromptEvaluation Evaluate(SoftPrompt? prompt, CancellationToken cancellationToken) => Score(Answer([prompt], cancellationToken)[0]);

    /// <summary>Evaluates several prompts in the same batches, and their majority vote.</summary>
    /// <param name="prompts">The prompts, at least one.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public EnsembleEvaluation Evaluate(IReadOnlyList<SoftPrompt> prompts, CancellationToken cancellationToken)
    {
        TaskPrediction[][] answers = Answer(prompts, cancellationToken);
        TaskPrediction[] vote = [.. _examples.Select((_, i) => PromptEnsemble.Vote([.. answers.Select(ofPrompt => ofPrompt[i])]))];
        return new EnsembleEvaluation([.. answers.Select(ofPrompt => Score(ofPrompt))], Score(vote));
    }

    // By prompt, then by example.
    private TaskPrediction[][] Answer(IReadOnlyList<SoftPrompt?> prompts, CancellationToken cancellationToken)
    {
        if (_method == EvaluationMethod.Decoding)
        {
            int[][][] written = GreedyBatches.Run(_model, prompts, _inputs, _maxTokens, cancellationToken);
            return [.. written.Select(ofPrompt => ofPrompt.Select((ids, i) => Read(ids, _examples[i])).ToArray())];
        }

        RankedAnswers ranking = new(_model, _labels, _method == EvaluationMethod.RankingPerToken);
        return [.. ranking.Run(prompts, _inputs, cancellationToken).Select(ofPrompt => ofPrompt.Select((ranked, i) =>
            new TaskPrediction(_examples[i], ranked.Label < 0 ? "" : _task.Labels[ranked.Label], ranked.Label) { LabelProbabilities = ranked.Probabilities }).ToArray())];
    }

    private TaskPrediction Read(int[] ids, TextExample example)
    {
        bool ended = ids.Length > 0 && ids[^1] == _model.Config.EosId;
        string text = _tokenizer.Decode(ids);
        return new TaskPrediction(example, text, ended ? ClassificationMetrics.LabelId(text, _task.Labels) : ClassificationMetrics.InvalidLabel);
    }

    private PromptEvaluation Score(TaskPrediction[] predictions)
    {
        Dictionary<string, double> metrics = _task.Metrics.ToDictionary(metric => metric.Name, metric => metric.Score(predictions, _task.Labels));
        double invalid = _labels.Length == 0 ? 0 : (double)predictions.Count(prediction => prediction.Label < 0) / predictions.Length;
        return new PromptEvaluation(metrics.Values.Average(), invalid)
        {
            Metrics = metrics,
            Predictions = predictions,
            Labels = _task.Labels,
        };
    }
}
