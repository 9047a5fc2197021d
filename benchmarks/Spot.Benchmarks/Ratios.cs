using System.Diagnostics;
using Spot.Backbone;
using Spot.Benchmarks.Backbone;
using Spot.Benchmarks.Inference;
using Spot.Benchmarks.Library;
using Spot.Benchmarks.Tokenization;
using Spot.Benchmarks.Tuning;
using TorchSharp;

namespace Spot.Benchmarks;

/// <summary>
/// Figures that do not depend on how busy or fast the machine is, each against its limit taken in the same run.
/// Each is measured in a process of its own, since memory peaks and thread pools outlive what made them.
/// </summary>
internal static class Ratios
{
    private static readonly Dictionary<string, Func<IEnumerable<RatioLine>>> Figures = new(StringComparer.Ordinal)
    {
        ["step.t5-small.fp32"] = () => Step("step.t5-small.fp32", RandomT5.Small, 32, torch.ScalarType.Float32, dropout: false),
        ["step.t5-small.fp32.dropout"] = () => Step("step.t5-small.fp32.dropout", RandomT5.Small, 32, torch.ScalarType.Float32, dropout: true),
        ["step.t5-base.fp32"] = () => Step("step.t5-base.fp32", RandomT5.Base, 8, torch.ScalarType.Float32, dropout: false),
        ["step.t5-small.bf16"] = () => Step("step.t5-small.bf16", RandomT5.Small, 32, torch.ScalarType.BFloat16, dropout: false),
        ["step.t5-base.bf16"] = () => Step("step.t5-base.bf16", RandomT5.Base, 8, torch.ScalarType.BFloat16, dropout: false),
        ["step.t5-small.fp32.thread"] = () => Thread("step.t5-small.fp32.thread", torch.ScalarType.Float32, dropout: false),
        ["step.t5-small.fp32.dropout.thread"] = () => Thread("step.t5-small.fp32.dropout.thread", torch.ScalarType.Float32, dropout: true),
        ["step.t5-small.bf16.thread"] = () => Thread("step.t5-small.bf16.thread", torch.ScalarType.BFloat16, dropout: false),
        ["encode.t5-small.fp32"] = () => Encode("encode.t5-small.fp32", torch.ScalarType.Float32),
        ["encode.t5-small.fp32.thread"] = () => EncodeOnOneThread("encode.t5-small.fp32.thread", torch.ScalarType.Float32),
        ["encode.t5-small.bf16.thread"] = () => EncodeOnOneThread("encode.t5-small.bf16.thread", torch.ScalarType.BFloat16),
        ["classify.t5-small.fp32"] = () => Classify("classify.t5-small.fp32"),
        ["classify.t5-small.fp32.thread"] = () => ClassifyOnOneThread("classify.t5-small.fp32.thread"),
        ["classify.padding"] = () => [ClassifyRatios.Padding("classify.padding", rounds: 3)],
        ["classify.labels.77"] = () => [ClassifyRatios.Labels("classify.labels.77", rounds: 5, WorkClock.Wall)],
        ["decode.t5-small.fp32"] = () => Decode("decode.t5-small.fp32", torch.ScalarType.Float32),
        ["decode.t5-small.bf16"] = () => Decode("decode.t5-small.bf16", torch.ScalarType.BFloat16),
        ["decode.t5-small.fp32.thread"] = () => DecodeOnOneThread("decode.t5-small.fp32.thread", torch.ScalarType.Float32),
        ["decode.t5-small.bf16.thread"] = () => DecodeOnOneThread("decode.t5-small.bf16.thread", torch.ScalarType.BFloat16),
        ["head.int8.t5-small"] = () => Head("head.int8.t5-small", torch.ScalarType.Float32),
        ["head.int8.t5-small.bf16"] = () => Head("head.int8.t5-small.bf16", torch.ScalarType.BFloat16),
        ["head.int8.spot-tiny"] = BundledHead,
        ["memory.t5-large"] = () => MemoryRatios.Step("memory.t5-large", RandomT5.Large, checkpointing: false),
        ["memory.t5-large.checkpointing"] = () => MemoryRatios.Step("memory.t5-large.checkpointing", RandomT5.Large, checkpointing: true),
        ["cuda"] = () => CudaRatios.Measure("cuda"),
        ["inference.memory"] = () => InferenceMemory.Measure("inference.memory"),
        ["inference.callers"] = () => CallerRatios.Measure("inference.callers"),
        ["memory.flat"] = () => MemoryRatios.Flat("memory.flat"),
        ["epoch.buckets"] = () => BucketRatios.Measure("epoch.buckets"),
        ["prompts.together"] = () => SharedPassRatios.Measure("prompts.together"),
        ["search.100k"] = () => SearchRatios.Measure("search.100k", 100_000, 768),
        ["library.open.1m"] = () => LibraryRatios.Measure("library.open.1m", 1_000_000, 256),
        ["library.open.100k"] = () => LibraryRatios.Measure("library.open.100k", 100_000, 256),
        ["tokenizer.t5"] = Tokenizer,
    };

    /// <summary>Measures the figures of the lines whose names begin with one of the arguments.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] prefixes)
    {
        if (prefixes is ["--in-process", string single, .. string[] wanted])
        {
            return Show(single, wanted);
        }

        try
        {
            return RatioChoice.Figures(Figures.Keys, prefixes).Sum(figure => Spawn(figure, prefixes)) == 0 ? 0 : 1;
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static int Show(string figure, string[] prefixes)
    {
        List<string> hidden = [];
        bool any = false;
        foreach (RatioLine line in Figures[figure]())
        {
            if (RatioChoice.Shows(line.Name, prefixes))
            {
                Console.WriteLine(line);
                any = true;
            }
            else
            {
                hidden.Add(line.Name);
            }
        }

        if (any || hidden.Count == 0)
        {
            return 0;
        }

        Console.Error.WriteLine($"No line of '{figure}' begins with {string.Join(" or ", prefixes.Select(prefix => $"'{prefix}'"))}; it has {string.Join(", ", hidden)}.");
        return 1;
    }

    private static int Spawn(string figure, string[] prefixes)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["ratios", "--in-process", figure, .. prefixes]);
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static IEnumerable<RatioLine> Step(string name, T5Config config, int batchSize, torch.ScalarType type, bool dropout)
    {
        if (IsWorthwhile(name, type))
        {
            yield return StepRatios.Measure(name, config, batchSize, type, dropout, rounds: 5, WorkClock.Wall);
            yield return new RatioLine(name + ".memory", [PeakMemory.Gigabytes()], "GB at most in the process");
        }
    }

    private static IEnumerable<RatioLine> Thread(string name, torch.ScalarType type, bool dropout)
    {
        if (IsWorthwhile(name, type))
        {
            torch.set_num_threads(1);
            yield return StepRatios.Measure(name, RandomT5.Small, 8, type, dropout, rounds: 9, WorkClock.Processor);
        }
    }

    private static IEnumerable<RatioLine> Encode(string name, torch.ScalarType type)
    {
        TorchRuntime.EnsureLoaded();
        yield return EncodeRatios.Measure(name, RandomT5.Small, 32, type, rounds: 5, WorkClock.Wall);
        yield return new RatioLine(name + ".memory", [PeakMemory.Gigabytes()], "GB at most in the process");
    }

    private static IEnumerable<RatioLine> EncodeOnOneThread(string name, torch.ScalarType type)
    {
        if (IsWorthwhile(name, type))
        {
            torch.set_num_threads(1);
            yield return EncodeRatios.Measure(name, RandomT5.Small, 8, type, rounds: 9, WorkClock.Processor);
        }
    }

    private static IEnumerable<RatioLine> Classify(string name)
    {
        TorchRuntime.EnsureLoaded();
        yield return ClassifyRatios.Peak(name, torch.ScalarType.Float32, rounds: 5, WorkClock.Wall);
    }

    private static IEnumerable<RatioLine> ClassifyOnOneThread(string name)
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
        yield return ClassifyRatios.Peak(name, torch.ScalarType.Float32, rounds: 5, WorkClock.Processor);
    }

    private static IEnumerable<RatioLine> Decode(string name, torch.ScalarType type) =>
        IsWorthwhile(name, type) ? DecodeRatios.Measure(name, RandomT5.Small, [1, 8, 32], type, rounds: 5, WorkClock.Wall) : [];

    private static IEnumerable<RatioLine> DecodeOnOneThread(string name, torch.ScalarType type)
    {
        if (!IsWorthwhile(name, type))
        {
            return [];
        }

        torch.set_num_threads(1);
        return DecodeRatios.Measure(name, RandomT5.Small, [1, 8, 32], type, rounds: 3, WorkClock.Processor);
    }

    private static IReadOnlyList<RatioLine> Head(string name, torch.ScalarType type)
    {
        if (!IsWorthwhile(name, type))
        {
            return [];
        }

        using FrozenT5 model = RandomT5.Create(RandomT5.Small, type);
        Random random = new(7);
        int[][] inputs = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 32).Select(_ => random.Next(3, 32000)).ToArray())];
        return HeadRatios.Measure(name, model, inputs, rounds: 9, WorkClock.Wall);
    }

    private static IReadOnlyList<RatioLine> BundledHead()
    {
        using T5Backbone backbone = T5Backbone.Load(Path.Combine(Checkout.Root, "models", "spot-tiny"), new BackboneOptions { Precision = BackbonePrecision.Float32 });
        int[][] inputs = [.. Prose.Lines(4000).Take(8).Select(text => backbone.Tokenizer.Encode("sentence: " + text, 64))];
        return backbone.Model.Run(() => HeadRatios.Measure("head.int8.spot-tiny", backbone.Model, inputs, rounds: 9, WorkClock.Wall));
    }

    private static bool IsWorthwhile(string name, torch.ScalarType type)
    {
        TorchRuntime.EnsureLoaded();
        bool worthwhile = type != torch.ScalarType.BFloat16 || BFloat16Support.Of(torch.CPU).IsNative;
        if (!worthwhile)
        {
            Console.WriteLine($"{name,-28} skipped: this processor has no bfloat16");
        }

        return worthwhile;
    }

    private static IEnumerable<RatioLine> Tokenizer()
    {
        yield return TokenizerRatio.Measure();
    }
}
