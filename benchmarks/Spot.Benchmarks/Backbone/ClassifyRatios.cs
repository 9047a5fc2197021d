using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;
using Spot.Inference;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Choosing labels for 32 inputs of 21 to 305 tokens behind a prompt of 100 rows, all asked at once, as the scheduler computes them.</summary>
internal static class ClassifyRatios
{
    private const int Rows = 32, Shortest = 21, Longest = 305, PromptLength = 100;

    /// <summary>The share of the GEMM peak that products of real positions reach, two labels of one token each.</summary>
    public static RatioLine Peak(string name, ScalarType type, int rounds, Func<double> clock)
    {
        using GemmPeak peak = new(type, clock);
        using Setting setting = new(type);
        int[][] labels = [[200, 1], [300, 1]];
        double flops = setting.Flops(labels);
        setting.Run(labels);
        setting.Run(labels);
        List<double> shares = [];
        double before = peak.Measure();
        for (int round = 0; round < rounds; round++)
        {
            double start = clock();
            setting.Run(labels);
            double seconds = clock() - start, after = peak.Measure();
            shares.Add(flops / seconds / ((before + after) / 2));
            before = after;
        }

        return new RatioLine(name, shares, "of GEMM peak, padding not counted");
    }

    /// <summary>The share of padding in what the encoder computes.</summary>
    public static RatioLine Padding(string name, int rounds)
    {
        using Setting setting = new(ScalarType.Float32);
        List<double> shares = [];
        for (int round = 0; round < rounds; round++)
        {
            (long positions, long padded) = setting.Encoder.Work;
            setting.Run([[200, 1], [300, 1]]);
            shares.Add(100.0 * (setting.Encoder.Work.Padded - padded) / (setting.Encoder.Work.Positions - positions));
        }

        return new RatioLine(name, shares, "% of the positions that the encoder computes", "F1");
    }

    /// <summary>The time of 77 labels over that of one, the same inputs in turns.</summary>
    public static RatioLine Labels(string name, int rounds, Func<double> clock)
    {
        using Setting setting = new(ScalarType.Float32);
        int[][] one = [[200, 300, 400, 1]], many = Intents();
        int nodes = TargetTree.Of(many, 0).Sum(tree => tree.Tokens.Count);
        double flops = setting.Flops(many) / setting.Flops(one);
        setting.Run(one);
        setting.Run(many);
        List<double> times = [];
        for (int round = 0; round < rounds; round++)
        {
            double start = clock();
            setting.Run(one);
            double middle = clock();
            setting.Run(many);
            times.Add((clock() - middle) / (middle - start));
        }

        return new RatioLine(name, times, FormattableString.Invariant($"times one label; {nodes} nodes, {flops:F2} times the operations"));
    }

    // 77 labels of 2 to 6 tokens: 19 subjects of one or two tokens, four things to say of each in one to three, and one that is a subject alone.
    private static int[][] Intents()
    {
        int[] Subject(int i) => i % 3 == 0 ? [100 + i, 200 + i] : [100 + i];
        int[] Matter(int i) => [.. Enumerable.Range(0, 1 + (i % 3)).Select(word => 300 + (((i * 7) + word) % 40))];
        return [.. Enumerable.Range(0, 76).Select(i => (int[])[.. Subject(i / 4), .. Matter(i), 1]), [.. Subject(0), 1]];
    }

    private sealed class Setting : IDisposable
    {
        private readonly ModelThread _thread = new("random");
        private readonly FrozenT5 _random, _model;
        private readonly Scheduler _scheduler;
        private readonly SoftPrompt _prompt;
        private readonly int[][] _inputs;

        public Setting(ScalarType type)
        {
            _random = RandomT5.Create(RandomT5.Small, type);
            _model = new FrozenT5(_random.Weights, _random.Config, _random.Device, type, _thread);
            _scheduler = new Scheduler(_model, new PromptInferenceOptions { EncoderCacheBytes = 0 }, "random", NullLogger.Instance);
            Random random = new(7);
            _prompt = new SoftPrompt(PromptLength, _model.Config.Dim, [.. Enumerable.Range(0, PromptLength * _model.Config.Dim).Select(_ => random.NextSingle() - 0.5f)], "random");
            _inputs = [.. Enumerable.Range(0, Rows).Select(row => (int[])[.. Enumerable.Range(1, Length(row) - 1).Select(_ => random.Next(3, 32000)), 1])];
        }

        public EncoderStage Encoder => _scheduler.Encoder;

        public void Run(int[][] labels)
        {
            Shared<DevicePrompt> shared = new(new DevicePrompt(_prompt, DevicePrompt.Hash(_prompt)));
            string[] names = [.. labels.Select((_, i) => $"label {i}")];
            LabelsJob[] jobs = [.. _inputs.Select(input => new LabelsJob(new EncoderInput(shared.Hold(), input, 0), names, labels, new ClassificationOptions(), perToken: false))];
            Task.WaitAll([.. jobs.Select(job =>
            {
                _scheduler.Add(job);
                return job.WaitAsync(null, _scheduler.Drop, default);
            })]);
            shared.LetGo();
        }

        /// <summary>Of the encoder, and of the decoder's weights and the head at every node, at real positions.</summary>
        public double Flops(int[][] labels)
        {
            T5Config c = _model.Config;
            double weights = (c.DecoderLayers * ((6.0 * c.Dim * c.InnerDim) + (3.0 * c.Dim * c.FeedForwardDim))) + ((double)c.VocabularySize * c.Dim);
            return _inputs.Sum(input => TrainingStep.EncoderFlops(c, PromptLength + input.Length)) + (Rows * TargetTree.Of(labels, 0).Sum(tree => tree.Tokens.Count) * 2 * weights);
        }

        public void Dispose()
        {
            _scheduler.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _thread.EndAsync(() => { }).GetAwaiter().GetResult();
            _random.Dispose();
        }

        // Evenly spread, in no order.
        private static int Length(int row) => Shortest + (row * 13 % Rows * (Longest - Shortest) / (Rows - 1));
    }
}
