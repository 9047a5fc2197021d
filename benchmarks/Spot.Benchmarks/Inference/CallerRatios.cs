using System.Diagnostics;
using Spot.Backbone;
using Spot.Inference;

namespace Spot.Benchmarks.Inference;

/// <summary>How many requests twenty callers, each of whom waits for its answer before it asks again, get answered in the time that one call with all of them takes.</summary>
internal static class CallerRatios
{
    private const int Callers = 20, Each = 12, Rounds = 9, Tokens = 12;
    private static readonly string[] Words = ["The", "bridge", "is", "long", "and", "lovely", "boats", "turn", "all", "day", "harbour", "loud", "nine", "metres"];
    private static readonly string[] Labels = ["fact", "opinion"];

    public static IEnumerable<RatioLine> Measure(string name)
    {
        using T5Backbone backbone = T5Backbone.Load(Path.Combine(Checkout.Root, "models", "spot-tiny"), new BackboneOptions { Precision = BackbonePrecision.Float32 });
        using PromptInference inference = new(backbone, options: new PromptInferenceOptions { EncoderCacheBytes = 0 }); // so that every request is computed
        SplitMix64 random = SplitMix64.For("callers", 0);
        SoftPrompt prompt = new(10, backbone.Config.Dim, [.. Enumerable.Range(0, 10 * backbone.Config.Dim).Select(_ => (float)(random.NextDouble() - 0.5))], backbone.Fingerprint);
        PromptRequest[] requests = [.. Enumerable.Range(0, Callers * Each).Select(_ => new PromptRequest(Text(ref random)) { Prompt = prompt, Labels = Labels })];
        GenerationOptions options = new() { MaxNewTokens = Tokens, MinNewTokens = Tokens };
        string[] texts = [.. requests.Select(request => request.Text)];
        yield return Line("generate", () => inference.GenerateAsync(requests, options), request => inference.GenerateAsync(request, options));
        yield return Line("classify", () => inference.ClassifyAsync(requests), request => inference.ClassifyAsync(request));
        yield return Line("greedy", () => backbone.GenerateAsync(texts, prompt, maxTokens: Tokens), request => inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = Tokens }));

        RatioLine Line(string what, Func<Task> together, Func<PromptRequest, Task> one) => new(
            $"{name}.{what}", Compare(requests, together, one), $"times the requests/s of one call with {requests.Length} requests, {Callers} callers");
    }

    private static double[] Compare(PromptRequest[] requests, Func<Task> together, Func<PromptRequest, Task> one)
    {
        double[] ratios = new double[Rounds];
        for (int round = -1; round < Rounds; round++) // the first compiles
        {
            double call = round % 2 == 0 ? Seconds(together) : 0, callers = Seconds(() => Apart(requests, one));
            call = round % 2 == 0 ? call : Seconds(together);
            if (round >= 0)
            {
                ratios[round] = call / callers;
            }
        }

        return ratios;
    }

    private static Task Apart(PromptRequest[] requests, Func<PromptRequest, Task> one) => Task.WhenAll(requests.Chunk(Each).Select(own => Task.Run(async () =>
    {
        foreach (PromptRequest request in own)
        {
            await one(request);
        }
    })));

    private static double Seconds(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        work().GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Text(ref SplitMix64 random)
    {
        string[] words = new string[4 + random.Next(24)];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Words[random.Next(Words.Length)];
        }

        return $"sentence: {string.Join(' ', words)}.";
    }
}
