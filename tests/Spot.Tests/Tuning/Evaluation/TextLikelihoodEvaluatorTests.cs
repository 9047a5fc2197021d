using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tests.Tokenization;
using Spot.Tokenization;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

public class TextLikelihoodEvaluatorTests(TextLikelihoodEvaluatorTests.Backbone backbone) : IClassFixture<TextLikelihoodEvaluatorTests.Backbone>
{
    private const string Metric = "token_likelihood";
    private static readonly T5Tokenizer Tokenizer = Vocabularies.Get(Vocabularies.Tiny);
    private static readonly string[] Pairs = ["the day", "a man", "we see", "not all", "one of"];
    private static readonly string[] Documents =
        [.. Enumerable.Range(1, 5).Select(i => string.Join(' ', Enumerable.Repeat("the man and the woman went to see a good film at night", i)))];

    private readonly FrozenT5 _model = backbone.Model;

    [Fact]
    public void The_score_is_100_times_e_to_the_minus_mean_loss_of_a_target_token()
    {
        // Documents of two tokens can be split in one way only.
        (int[] Input, int[] Target)[] examples = [.. Pairs.Select(text => Tokenizer.Encode(text, 10)).Select(ids => ((int[])[ids[0], ids[2]], ids[1..]))];
        Assert.All(examples, example => Assert.Equal((2, 2), (example.Input.Length, example.Target.Length)));
        SoftPrompt prompt = Prompt("prompt");
        foreach (SoftPrompt? given in new[] { null, prompt })
        {
            double loss = examples.Sum(example => Loss(given, example.Input, example.Target));
            PromptEvaluation evaluation = Evaluate(Pairs, new EvaluationOptions(), given);
            double expected = 100 * Math.Exp(-loss / 10);
            Assert.Equal(expected, evaluation.Score, 1e-4 * expected);
            Assert.Equal(0, evaluation.InvalidOutputRate);
            Assert.Empty(evaluation.Predictions);
            Assert.Equal([KeyValuePair.Create(Metric, evaluation.Score)], evaluation.Metrics);
        }
    }

    [Theory]
    [InlineData(TextObjective.PrefixLanguageModel)]
    [InlineData(TextObjective.SpanCorruption)]
    public void Every_target_token_counts_the_same_however_the_batch_is_cut(TextObjective objective)
    {
        EvaluationOptions options = new() { MaxInputLength = 40, MaxTargetLength = 20 };
        ExampleEncoder encoder = new(objective, Tokenizer, options.MaxInputLength, options.MaxTargetLength);
        EncodedExample[] examples = [.. Documents.Select((text, i) => encoder.Encode(new TextExample(text, ""), SplitMix64.For("evaluation t", 0, i))!.Value)];
        Assert.True(examples.Select(example => example.Target.Length).Distinct().Count() > 2);
        SoftPrompt prompt = Prompt("prompt");
        double expected = 100 * Math.Exp(-examples.Sum(example => Loss(prompt, example.Input, example.Target)) / examples.Sum(example => example.Target.Length));
        foreach (int batch in new[] { 1, 3, 100 })
        {
            Assert.Equal(expected, Evaluate(Documents, options, prompt, objective, batch).Score, 1e-4 * expected);
        }
    }

    [Fact]
    public void The_score_is_the_same_every_time()
    {
        double score = Evaluate(Documents, new EvaluationOptions()).Score;
        TextLikelihoodEvaluator evaluator = Evaluator(Documents, new EvaluationOptions());
        Assert.Equal(score, evaluator.Evaluate(null, CancellationToken.None).Score);
        Assert.Equal(score, evaluator.Evaluate(null, CancellationToken.None).Score);
        Assert.NotEqual(score, evaluator.Evaluate(Prompt("prompt"), CancellationToken.None).Score);
    }

    [Fact]
    public void Documents_too_short_are_left_out_and_nothing_else_is_an_error()
    {
        double score = Evaluate(Pairs, new EvaluationOptions()).Score;
        Assert.Equal(score, Evaluate([.. Pairs, "", "the"], new EvaluationOptions()).Score);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Evaluate(["", "the"], new EvaluationOptions()));
        Assert.Contains("Task 't' has 2 validation documents, but none of at least 2 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_can_be_cancelled() =>
        Assert.Throws<OperationCanceledException>(() => Evaluator(Pairs, new EvaluationOptions()).Evaluate(null, new CancellationToken(canceled: true)));

    private PromptEvaluation Evaluate(
        string[] documents, EvaluationOptions options, SoftPrompt? prompt = null, TextObjective objective = TextObjective.PrefixLanguageModel, int batchSize = 8) =>
        Evaluator(documents, options, objective, batchSize).Evaluate(prompt, CancellationToken.None);

    private TextLikelihoodEvaluator Evaluator(string[] documents, EvaluationOptions options, TextObjective objective = TextObjective.PrefixLanguageModel, int batchSize = 8)
    {
        TextTask task = TextTask.FromText("t", ["some text"], documents, objective);
        return new TextLikelihoodEvaluator(_model, Tokenizer, task, task.Validation, options, batchSize);
    }

    private SoftPrompt Prompt(string name) => new(3, _model.Config.Dim, NumberStream.Uniform(name, 3 * _model.Config.Dim, 20), "any");

    // One example alone, without padding.
    private double Loss(SoftPrompt? prompt, int[] input, int[] target)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor? rows = prompt is null ? null : PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, TestDevice.Device);
        EncodedBatch encoded = _model.Encode(rows, new TokenBatch([input], _model.Config.PadId, TestDevice.Device));
        return TestModels.Floats(_model.Score(encoded, [target]).NegativeLogLikelihood).Sum(token => (double)token);
    }

    /// <summary>The bundled model, loaded once.</summary>
    public sealed class Backbone : IDisposable
    {
        internal FrozenT5 Model { get; } = TestModels.Load(TestModels.SpotTiny);

        public void Dispose() => Model.Dispose();
    }
}
