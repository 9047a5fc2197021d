using Spot.Backbone;
using Spot.Benchmarks.Backbone;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Benchmarks.Tuning;

/// <summary>
/// What padding costs: examples trained on per second when batches are trimmed and cut into passes of similar length, against padding every
/// input to a fixed length. The same batches are taken both ways in turn, on one thread, by processor time: a busy machine changes little.
/// </summary>
internal static class BucketRatios
{
    private const int Rounds = 5;
    private static readonly string[] Tasks = ["boolq", "mnli"];

    public static IEnumerable<RatioLine> Measure(string name)
    {
        if (TaskData.Folder() is not { } folder)
        {
            Console.WriteLine($"{name,-28} skipped: no task data; set SPOT_SHARED to the folder that holds 'data'");
            yield break;
        }

        string checkpoint = Path.Combine(Checkout.Root, "models", "spot-tiny");
        using T5Backbone backbone = T5Backbone.Load(checkpoint, new BackboneOptions { Precision = BackbonePrecision.Float32, Threads = 1 });
        TuningOptions options = new();
        foreach (string task in Tasks)
        {
            EncodedExample[] examples = TaskData.Load(folder, task, backbone.Tokenizer, options);
            new Random(7).Shuffle(examples);
            int longest = examples.Max(example => example.Input.Length);
            double[][] ratios = Compare(backbone, options, examples, [options.MaxInputLength, longest]);
            yield return new RatioLine($"{name}.{task}", ratios[0], $"times the examples/s of padding to the maximum, {options.MaxInputLength}");
            yield return new RatioLine($"{name}.{task}.longest", ratios[1], $"times the examples/s of padding to the data set's longest, {longest}");
        }
    }

    private static double[][] Compare(T5Backbone backbone, TuningOptions options, EncodedExample[] examples, int[] widths)
    {
        PromptGradient trimming = new(backbone.Model, options);
        PromptGradient[] padding = [.. widths.Select(width => new PromptGradient(backbone.Model, options, width: width))];
        float[] prompt = new float[options.PromptLength * backbone.Model.Config.Dim];
        double[][] ratios = [.. widths.Select(_ => new double[Rounds])];
        Seconds(trimming, examples[..options.BatchSize]); // compiles
        for (int round = 0; round < Rounds; round++)
        {
            EncodedExample[] batch = examples[(round * options.BatchSize)..((round + 1) * options.BatchSize)];
            double trimmed = Seconds(trimming, batch);
            for (int i = 0; i < widths.Length; i++)
            {
                ratios[i][round] = Seconds(padding[i], batch) / trimmed;
            }
        }

        return ratios;

        double Seconds(PromptGradient gradient, EncodedExample[] batch)
        {
            double start = WorkClock.Processor();
            gradient.ForwardBackward(prompt, options.PromptLength, batch, 0);
            return WorkClock.Processor() - start;
        }
    }
}
