using System.Diagnostics;
using Spot.Backbone;
using TorchSharp;

namespace Spot.Benchmarks.Backbone;

/// <summary>What tuning needs in memory beyond the weights.</summary>
internal static class MemoryRatios
{
    /// <summary>One step of 32 examples of 100 prompt rows and 512 ids in float32.</summary>
    public static IEnumerable<RatioLine> Step(string name, T5Config config, bool checkpointing)
    {
        using FrozenT5 model = RandomT5.Create(config, torch.ScalarType.Float32);
        double weights = model.Weights.Tensors.Values.Sum(tensor => (double)tensor.NumberOfElements * sizeof(float)) / (1 << 30);
        TrainingStep step = new(model, batchSize: 32, dropout: true, inputLength: 512, checkpointing);
        long start = Stopwatch.GetTimestamp();
        step.Run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        yield return new RatioLine(name, [PeakMemory.Gigabytes() - weights], $"GB at most beside {weights:F2} GB of weights");
        yield return new RatioLine(name + ".seconds", [seconds], "s a step", "F0");
    }

    /// <summary>How much more the process holds after 2,000 steps than after 200, lengths changing from step to step.</summary>
    public static IEnumerable<RatioLine> Flat(string name)
    {
        using FrozenT5 model = RandomT5.Create(RandomT5.Tiny, torch.ScalarType.Float32);
        torch.set_num_threads(1); // so small a model gains nothing from more
        TrainingStep[] steps = [.. Enumerable.Range(0, 10).Select(i => new TrainingStep(model, 8, dropout: true, inputLength: 16 + (13 * i)))];
        (double Memory, long Tensors) early = default;
        for (int i = 1; i <= 2000; i++)
        {
            steps[i % steps.Length].Run();
            early = i == 200 ? Now() : early;
        }

        (double Memory, long Tensors) late = Now();
        yield return new RatioLine(name, [1024 * (late.Memory - early.Memory)], $"MB more after 2,000 steps than after 200 ({1024 * early.Memory:F0} MB)", "F1");
        yield return new RatioLine(name + ".tensors", [late.Tensors - early.Tensors], "tensors more alive", "F0");
    }

    private static (double Memory, long Tensors) Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (PeakMemory.NowGigabytes(), torch.Tensor.TotalCount);
    }
}
