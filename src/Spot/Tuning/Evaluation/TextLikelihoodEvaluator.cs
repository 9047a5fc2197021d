using Spot.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Scores a prompt on raw text by the mean likelihood of a target token, 100 · e^(−mean loss).</summary>
/// <remarks>What is asked of a document does not depend on the seed of the run, so that runs of different seeds are comparable.</remarks>
internal sealed class TextLikelihoodEvaluator : ITaskEvaluator
{
    /// <summary>The name of the score among the metrics.</summary>
    public const string Metric = "token_likelihood";

    private readonly FrozenT5 _model;
    private readonly EncodedExample[] _examples;
    private readonly int _batchSize;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="task">A task on raw text.</param>
    /// <param name="examples">Documents; those of fewer than two tokens are left out.</param>
    /// <param name="options">Lengths.</param>
    /// <param name="batchSize">Examples in memory at once.</param>
    /// <exception cref="ArgumentException">All documents are too short.</exception>
    public TextLikelihoodEvaluator(FrozenT5 model, T5Tokenizer tokenizer, TextTask task, IReadOnlyList<TextExample> examples, EvaluationOptions options, int batchSize)
    {
        _model = model;
        _batchSize = batchSize;
        ExampleEncoder encoder = new(task.Objective, tokenizer, options.MaxInputLength, options.MaxTargetLength);
        _examples = [.. examples
            .Select((example, i) => encoder.Encode(example, SplitMix64.For($"evaluation {task.Name}", seed: 0, i)))
            .OfType<EncodedExample>()
            .OrderBy(example => example.Input.Length)];
        if (_examples.Length == 0)
        {
            throw TaskDraws.TooShort(task, "validation", examples.Count);
        }
    }

    /// <summary>Evaluates a prompt.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public PromptEvaluation Evaluate(SoftPrompt? prompt, CancellationToken cancellationToken)
    {
        double loss = 0;
        foreach (EncodedExample[] batch in _examples.Chunk(_batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss += _model.Run(() => Loss(prompt, batch));
        }

        double score = 100 * Math.Exp(-loss / _examples.Sum(example => (long)example.Target.Length));
        return new PromptEvaluation(score, InvalidOutputRate: 0) { Metrics = new Dictionary<string, double> { [Metric] = score } };
    }

    // Σ cross-entropy of a batch.
    private double Loss(SoftPrompt? prompt, EncodedExample[] batch)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor? rows = prompt is null ? null : PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, _model.Device); // [L, d]
        TokenBatch inputs = new([.. batch.Select(example => example.Input)], _model.Config.PadId, _model.Device);
        TargetScores scores = _model.Score(_model.Encode(rows, inputs), [.. batch.Select(example => example.Target)]);
        return scores.NegativeLogLikelihood.cpu().data<float>().ToArray().Sum(token => (double)token);
    }
}
