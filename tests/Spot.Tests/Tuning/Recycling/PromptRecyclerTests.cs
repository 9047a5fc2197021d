using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Prompts moved between two models of which the second is the first in a turned space: there it is known what a moved prompt must be.</summary>
public sealed class PromptRecyclerTests : IDisposable
{
    private const int Dim = 32;
    private readonly TempFolder _folder = new();
    private readonly T5Backbone _source, _target;
    private readonly double[][] _q;

    public PromptRecyclerTests()
    {
        string source = Path.Combine(_folder.Path, "source"), target = Path.Combine(_folder.Path, "target");
        RandomCheckpoint.Write(source);
        _q = RotatedCheckpoint.Write(source, target);
        _source = Load(source);
        _target = Load(target);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_linear_map_on_the_vocabulary_finds_the_rotation()
    {
        PromptRecycler recycler = await PromptRecycler.FromVocabularyAsync(_source, _target, cancellationToken: Cancel);
        Assert.Equal((_source.Fingerprint, _target.Fingerprint), (recycler.SourceFingerprint, recycler.TargetFingerprint));
        Assert.InRange(recycler.Pairs, 7000, _source.Tokenizer.VocabularySize - 103); // without control ids and sentinels
        Assert.InRange(recycler.Unexplained, 0, 1e-6);
        SoftPrompt prompt = Prompt("prompt", 5, _source), moved = recycler.Recycle(prompt);
        Assert.Equal((5, Dim, _target.Fingerprint), (moved.Length, moved.Dim, moved.BackboneFingerprint));
        for (int row = 0; row < 5; row++)
        {
            double[] turned = RotatedCheckpoint.Turn(prompt.Row(row).ToArray(), _q);
            Assert.All(turned.Zip(moved.Row(row).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    [Fact]
    public async Task A_moved_prompt_does_there_what_it_did_here()
    {
        // Random models answer nonsense, so likelihoods are compared, and those of another prompt for scale.
        PromptRecycler recycler = await PromptRecycler.FromVocabularyAsync(_source, _target, cancellationToken: Cancel);
        SoftPrompt prompt = Prompt("prompt", 5, _source);
        TextTask text = TextTask.FromText("text", ["The old mill stands by the river and turns all day."], ["A bridge leads over the river.", "Many small boats go up and down."]);
        double here = await ScoreAsync(_source, prompt), there = await ScoreAsync(_target, recycler.Recycle(prompt));
        double unmoved = await ScoreAsync(_target, new SoftPrompt(5, Dim, prompt.Values.Span, _target.Fingerprint));
        Assert.Equal(1, there / here, 1e-3);
        Assert.True(Math.Abs((unmoved / here) - 1) > 1e-2, $"{here} here, {unmoved} there with the rows as they were");

        async Task<double> ScoreAsync(T5Backbone backbone, SoftPrompt tried) => (await new PromptEvaluator(backbone).EvaluateAsync(tried, text, cancellationToken: Cancel)).Score;
    }

    [Fact]
    public async Task A_map_on_prompts_finds_it_too_and_fewer_rows_than_columns_find_a_part()
    {
        (SoftPrompt, SoftPrompt)[] pairs = [.. Enumerable.Range(0, 8).Select(task => (Prompt($"task {task}", 5, _source), Turned($"task {task}", 5)))];
        PromptRecycler recycler = await PromptRecycler.FromPromptsAsync(pairs, _target, cancellationToken: Cancel);
        Assert.Equal(40, recycler.Pairs);
        SoftPrompt moved = recycler.Recycle(Prompt("other", 3, _source)), expected = Turned("other", 3);
        Assert.All(expected.Values.ToArray().Zip(moved.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3));

        PromptRecycler few = await PromptRecycler.FromPromptsAsync(pairs[..2], _target, cancellationToken: Cancel);
        Assert.InRange(few.Unexplained, 0, 1e-3); // ten rows are met by a map of 32 columns
        SoftPrompt again = few.Recycle(pairs[0].Item1);
        Assert.All(pairs[0].Item2.Values.ToArray().Zip(again.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 0.02));
    }

    [Fact]
    public void The_linear_map_is_the_one_of_the_normal_equations()
    {
        // One column and a bias: slope and intercept by hand.
        float[] x = [1, 2, 4, 7], y = [3, 4, 9, 14];
        RowPairs pairs = new(x, y, 4, "a", "b");
        double meanX = x.Average(), meanY = y.Average(), square = x.Sum(value => Math.Pow(value - meanX, 2));
        double product = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        foreach (double ridge in new[] { 1e-12, 0.5 })
        {
            DenseLayer map = _target.Model.Run(() => RidgeFit.Fit(pairs, ridge));
            double slope = product / (square * (1 + ridge));
            Assert.Equal(slope, map.Weight[0], 1e-9);
            Assert.Equal(meanY - (slope * meanX), map.Bias[0], 1e-9);
        }

    }

    [Fact]
    public async Task A_two_layer_map_learns_it_in_part_and_is_the_same_for_the_same_seed()
    {
        PromptRecyclerOptions options = new() { Map = RecyclerMap.TwoLayer, MostTokens = 2000, LearningRate = 3e-3, Epochs = 12 };
        PromptRecycler one = await PromptRecycler.FromVocabularyAsync(_source, _target, options, Cancel);
        PromptRecycler again = await PromptRecycler.FromVocabularyAsync(_source, _target, options, Cancel);
        Assert.Equal(2000, one.Pairs);
        Assert.InRange(one.Unexplained, 1e-6, 0.1);
        SoftPrompt prompt = Prompt("prompt", 5, _source);
        Assert.Equal(one.Recycle(prompt).Values.ToArray(), again.Recycle(prompt).Values.ToArray());
        options.Seed = 1;
        Assert.NotEqual(one.Recycle(prompt).Values.ToArray(), (await PromptRecycler.FromVocabularyAsync(_source, _target, options, Cancel)).Recycle(prompt).Values.ToArray());
    }

    [Fact]
    public async Task A_moved_prompt_is_a_start_for_tuning()
    {
        PromptRecycler recycler = await PromptRecycler.FromVocabularyAsync(_source, _target, cancellationToken: Cancel);
        SoftPrompt moved = recycler.Recycle(Prompt("prompt", 5, _source));
        TuningResult tuned = await new PromptTuner(_target).TuneAsync(Toy.Task(), Toy.Options(2), moved, cancellationToken: Cancel);
        Assert.Equal(5, tuned.Final.Length);
    }

    [Fact]
    public async Task What_cannot_be_moved_or_fitted_is_refused()
    {
        PromptRecycler recycler = await PromptRecycler.FromVocabularyAsync(_source, _target, new() { MostTokens = 100 }, Cancel);
        Assert.Equal(100, recycler.Pairs);
        Assert.Throws<SpotException>(() => recycler.Recycle(Prompt("there", 2, _target)));
        SoftPrompt here = Prompt("here", 2, _source), there = Prompt("there", 2, _target);
        await Assert.ThrowsAsync<SpotException>(() => PromptRecycler.FromPromptsAsync([(here, there), (there, there)], _target, cancellationToken: Cancel));
        await Assert.ThrowsAsync<SpotException>(() => PromptRecycler.FromPromptsAsync([(here, here)], _target, cancellationToken: Cancel));
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => PromptRecycler.FromPromptsAsync([(Prompt("here", 3, _source), there)], _target, cancellationToken: Cancel));
        Assert.Contains("3 and 2 rows", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => PromptRecycler.FromPromptsAsync([], _target, cancellationToken: Cancel));
        foreach (PromptRecyclerOptions options in new PromptRecyclerOptions[] { new() { Ridge = 0 }, new() { MostTokens = 1 }, new() { Epochs = 0 }, new() { LearningRate = -1 } })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => PromptRecycler.FromVocabularyAsync(_source, _target, options, Cancel));
        }
    }

    private SoftPrompt Turned(string name, int rows)
    {
        float[] values = [.. Prompt(name, rows, _source).Values.ToArray().Chunk(Dim).SelectMany(row => RotatedCheckpoint.Turn(row, _q)).Select(value => (float)value)];
        return new SoftPrompt(rows, Dim, values, _target.Fingerprint);
    }

    private static SoftPrompt Prompt(string name, int rows, T5Backbone backbone) => new(rows, Dim, NumberStream.Uniform(name, rows * Dim, 2), backbone.Fingerprint);

    private static T5Backbone Load(string folder) => T5Backbone.Load(folder, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
}
