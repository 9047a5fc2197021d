using Spot.Backbone;
using Spot.Inference;
using Spot.Library;
using Spot.Tests.Backbone;
using Spot.Tests.Tuning;

namespace Spot.Tests.Inference;

/// <summary>Inference on the bundled model, and what the model gives for one request alone without it.</summary>
public abstract class InferenceTestBase : IAsyncDisposable
{
    private protected static readonly string[] Labels = ["fact", "opinion", "positive", "negative", "yes"];
    private protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // no measure: what waits longer waits for ever

    private protected readonly T5Backbone _backbone = Toy.Backbone();
    private protected readonly TempFolder _folder = new();
    private protected readonly SoftPrompt[] _prompts;

    protected InferenceTestBase() =>
        _prompts = [.. Enumerable.Range(0, 4).Select(i => TestPrompts.Of(_backbone.Model, 3 + (i * 4), i))];

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _backbone.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A text of some words; the same index, the same text.</summary>
    private protected static string Text(int index)
    {
        string[] words = ["The", "bridge", "is", "long", "and", "lovely", "boats", "turn", "all", "day", "harbour", "loud", "nine", "metres"];
        SplitMix64 random = SplitMix64.For("text", index);
        return "sentence: " + string.Join(' ', Enumerable.Range(0, 1 + random.Next(24)).Select(_ => words[random.Next(words.Length)])) + ".";
    }

    /// <summary>The ids that greedy decoding writes for one request alone.</summary>
    private protected int[] GreedyAlone(string text, SoftPrompt? prompt, int maxTokens) =>
        GreedyBatches.Run(_backbone.Model, [prompt], [_backbone.Tokenizer.Encode(text, 512)], maxTokens, Cancel)[0][0];

    /// <summary>The log-probabilities of targets for one request alone, each target alone.</summary>
    private protected double[] ScoresAlone(string text, SoftPrompt? prompt, IEnumerable<string> targets)
    {
        int[][] ids = [.. targets.Select(target => _backbone.Tokenizer.Encode(target, 512))];
        return PromptedBatches.Run<double[]>(
            _backbone.Model, [prompt], [_backbone.Tokenizer.Encode(text, 512)], encoded => [ids.Select(target => Score(encoded, target)).ToArray()], Cancel)[0][0];
    }

    private double Score(EncodedBatch encoded, int[] target) =>
        -TestModels.Floats(_backbone.Model.Score(encoded, [target]).NegativeLogLikelihood).Sum(token => (double)token);

    private protected static PromptRecord Record(string id, SoftPrompt prompt, params string[] labels) => new(
        new PromptInfo
        {
            Id = id,
            Task = "task of " + id,
            BackboneFingerprint = prompt.BackboneFingerprint,
            Length = prompt.Length,
            Dim = prompt.Dim,
            Labels = labels,
            MaxInputLength = 64,
            MaxTargetLength = 6,
        },
        prompt,
        null);

    private protected async Task<PromptLibrary> LibraryAsync()
    {
        PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, "prompts"));
        foreach ((int i, SoftPrompt prompt) in _prompts.Index())
        {
            await library.AddAsync(Record($"p{i}", prompt, "fact", "opinion"), cancellationToken: Cancel);
        }

        return library;
    }

    /// <summary>Blocks the model's thread until it is disposed, so that what is asked meanwhile waits.</summary>
    private protected sealed class Blocked : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly Task<bool> _piece;

        public Blocked(T5Backbone backbone)
        {
            using ManualResetEventSlim begun = new();
            _piece = backbone.Model.RunAsync(() =>
            {
                begun.Set();
                return _open.Wait(Patience);
            });
            begun.Wait(Patience);
        }

        public void Dispose()
        {
            _open.Set();
            Assert.True(_piece.GetAwaiter().GetResult());
            _open.Dispose();
        }
    }
}
