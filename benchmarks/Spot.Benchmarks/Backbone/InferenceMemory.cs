using Spot.Backbone;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>What answering inputs needs in memory, and that it does not grow from call to call.</summary>
internal static class InferenceMemory
{
    private const int Rows = 32, PromptLength = 100, InputLength = 128, Tokens = 4;

    /// <summary>Calls of 32 rows of 228 positions in float32, each from a thread of its own as callers come, on one backbone's thread.</summary>
    public static IEnumerable<RatioLine> Measure(string name)
    {
        ModelThread thread = new("random");
        using FrozenT5 random = RandomT5.Create(RandomT5.Small, ScalarType.Float32);
        FrozenT5 model = new(random.Weights, random.Config, random.Device, random.Type, thread);
        SoftPrompt prompt = new(PromptLength, model.Config.Dim, new float[PromptLength * model.Config.Dim], "random");
        int[][] inputs = [.. Enumerable.Range(0, Rows).Select(row => (int[])[.. Enumerable.Range(0, InputLength - 1).Select(i => 2 + ((row + i) % 1000)), 1])];
        double early = 0;
        for (int call = 1; call <= 200; call++)
        {
            Task.Factory.StartNew(() => GreedyBatches.Run(model, [prompt], inputs, Tokens, default), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .GetAwaiter().GetResult();
            early = call == 2 ? Settled() : early;
        }

        yield return new RatioLine(name, [PeakMemory.Gigabytes()], "GB at most in the process");
        yield return new RatioLine(name + ".growth", [100 * ((Settled() / early) - 1)], $"% more after 200 calls than after two ({early:F2} GB)", "F1");
        thread.EndAsync(() => { }).GetAwaiter().GetResult();
    }

    // After the thread has rested: what lies free in the C library's heaps, more or less by chance, is given back then.
    private static double Settled()
    {
        Thread.Sleep(TimeSpan.FromSeconds(4));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return PeakMemory.NowGigabytes();
    }
}
