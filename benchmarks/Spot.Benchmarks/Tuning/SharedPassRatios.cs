using System.Diagnostics;
using Spot.Backbone;
using Spot.Tuning;

namespace Spot.Benchmarks.Tuning;

/// <summary>What it saves to compute the gradients of several prompts in one pass over the model rather than one after the other.</summary>
internal static class SharedPassRatios
{
    private const int Rounds = 7, PromptLength = 10, InputLength = 32, TargetLength = 2;

    public static IEnumerable<RatioLine> Measure(string name)
    {
        using T5Backbone backbone = T5Backbone.Load(Path.Combine(Checkout.Root, "models", "spot-tiny"), new BackboneOptions { Precision = BackbonePrecision.Float32 });
        foreach ((int rows, int prompts) in new[] { (8, 4), (8, 16), (16, 2), (16, 8), (32, 8) })
        {
            yield return new RatioLine($"{name}.{rows}x{prompts}", Compare(backbone, rows, prompts), $"times the steps/s of one prompt at a time, {rows} examples, {prompts} prompts");
        }
    }

    private static double[] Compare(T5Backbone backbone, int rows, int count)
    {
        Random random = new(7);
        PromptGradient gradient = new(backbone.Model, new TuningOptions { MicroBatchSize = rows, Dropout = 0 });
        EncodedExample[] batch = [.. Enumerable.Range(0, rows).Select(_ => new EncodedExample(Ids(InputLength), Ids(TargetLength)))];
        float[][] prompts = [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, PromptLength * backbone.Model.Config.Dim).Select(_ => random.NextSingle() - 0.5f).ToArray())];
        Seconds(Together); // compiles
        return [.. Enumerable.Range(0, Rounds).Select(_ => Seconds(InTurn) / Seconds(Together))];

        void InTurn() => Array.ForEach(prompts, prompt => gradient.ForwardBackward(prompt, PromptLength, batch, 0));

        void Together() => gradient.ForwardBackward(prompts, PromptLength, batch, 0);

        int[] Ids(int length) => [.. Enumerable.Range(0, length - 1).Select(_ => random.Next(3, backbone.Config.VocabularySize)), backbone.Config.EosId];
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
