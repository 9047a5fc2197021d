using System.Diagnostics;
using System.Text;
using Spot.Tokenization;

namespace Spot.Benchmarks.Tokenization;

/// <summary>The tokenizer's speed as one number (<c>tokenizer.t5</c>): how much text one thread encodes in a second.</summary>
internal static class TokenizerRatio
{
    private const int Rounds = 9;

    /// <summary>Encodes prose line by line into memory that is already there, several rounds of at least a quarter of a second.</summary>
    /// <returns>MB (10^6 bytes of UTF-8) per second, one value a round.</returns>
    public static RatioLine Measure()
    {
        T5Tokenizer tokenizer = T5Tokenizer.Load(VocabularyPath());
        string[] lines = Prose.Lines(1_000_000);
        double megabytes = lines.Sum(line => (double)Encoding.UTF8.GetByteCount(line)) / 1e6;
        int[] ids = new int[4096];
        Round(TimeSpan.FromSeconds(1)); // Until the code is compiled for good.
        return new RatioLine("tokenizer.t5", [.. Enumerable.Range(0, Rounds).Select(_ => Round(TimeSpan.FromSeconds(0.25)))], "MB/s a thread", "F1");

        double Round(TimeSpan least)
        {
            int passes = 0;
            Stopwatch watch = Stopwatch.StartNew();
            for (; watch.Elapsed < least; passes++)
            {
                foreach (string line in lines)
                {
                    tokenizer.Encode(line, ids);
                }
            }

            return passes * megabytes / watch.Elapsed.TotalSeconds;
        }
    }

    /// <summary>The published T5 vocabulary, which lies among the test's golden files.</summary>
    internal static string VocabularyPath() =>
        Path.Combine(Checkout.Root, "tests", "Spot.Tests", "Golden", "tokenizer", "t5", "spiece.model");
}
