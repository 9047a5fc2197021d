using Spot.Inference;
using Spot.Tests.Backbone;
using Spot.Tokenization;

namespace Spot.Tests.Inference;

/// <summary>
/// Beams with stop strings against the rules of Hugging Face transformers' beam search (<c>_beam_search</c>, 4.57), written down here once more with its fixed
/// numbers of running and finished beams, on made-up scores.
/// </summary>
public class BeamStopTests
{
    private const int Vocabulary = 40, Eos = 1, MaxTokens = 9;
    private const double Never = -1e9;
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.Load(TestModels.SpotTiny);

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(3, 0, false)]
    [InlineData(4, 2, true)]
    [InlineData(5, 1, true)]
    public void They_end_where_the_reference_ends_them(int beams, double lengthPenalty, bool early)
    {
        int stopped = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            GenerationOptions options = new()
            {
                Beams = beams,
                Samples = beams,
                LengthPenalty = lengthPenalty,
                EarlyStopping = early,
                StopStrings = [Tokenizer.Decode([10 + (seed % 20)]), Tokenizer.Decode([30, 31 + (seed % 7)])],
            };
            BeamSearch search = new(new DecodingPlan(options, Tokenizer, 0, MaxTokens, null));
            while (true)
            {
                float[] logits = [.. search.Prefixes.SelectMany(prefix => LogProbabilities(seed, prefix))];
                if (search.Advance(logits).Length == 0)
                {
                    break;
                }
            }

            (int[] Ids, double Score)[] expected = Reference(seed, options);
            Assert.Equal(expected.Select(one => string.Join(' ', one.Ids)), search.Written.Take(expected.Length).Select(one => string.Join(' ', one.Ids)));
            Assert.All(expected.Zip(search.Written), pair => Assert.Equal(pair.First.Score, pair.Second.Score!.Value, 1e-5));
            stopped += expected.Count(one => one.Ids[^1] != Eos && one.Ids.Length < MaxTokens);
        }

        Assert.InRange(stopped, 100, int.MaxValue);
    }

    private static (int[] Ids, double Score)[] Reference(int seed, GenerationOptions options)
    {
        int beams = options.Beams;
        (int[] Ids, double Score)[] running = [.. Enumerable.Range(0, beams).Select(beam => (Array.Empty<int>(), beam == 0 ? 0 : Never))];
        (int[] Ids, double Score, bool Is)[] finished = [.. Enumerable.Range(0, beams).Select(_ => (Array.Empty<int>(), Never, false))];
        bool improvable = true;
        for (int length = 1; ; length++)
        {
            (int[] Ids, double Score)[] top = [.. running
                .SelectMany(beam => LogProbabilities(seed, beam.Ids).Select((score, id) => ((int[])[.. beam.Ids, id], beam.Score + score)))
                .OrderByDescending(one => one.Item2).Take(2 * beams)];
            bool[] hits = [.. top.Select(one => length == MaxTokens || one.Ids[^1] == Eos || options.StopStrings.Any(stop => Tokenizer.Decode(one.Ids).Contains(stop, StringComparison.Ordinal)))];
            bool full = options.EarlyStopping && finished.All(one => one.Is);
            double norm = Math.Pow(length, options.LengthPenalty);
            finished = [.. finished.Concat(top.Select((one, i) =>
                (one.Ids, (one.Score / norm) + (full ? Never : 0) + (improvable ? 0 : Never) + (hits[i] && i < beams ? 0 : Never), hits[i] && i < beams)))
                .OrderByDescending(one => one.Item2).Take(beams)];
            running = [.. top.Select((one, i) => (one.Ids, one.Score + (hits[i] ? Never : 0))).OrderByDescending(one => one.Item2).Take(beams)];
            double worst = finished.Min(one => one.Score);
            improvable &= finished.Any(one => running[0].Score / norm > (one.Is ? worst : Never));
            if (!improvable || (options.EarlyStopping && finished.All(one => one.Is)) || hits.All(hit => hit))
            {
                return [.. finished.Where(one => one.Is && one.Score > Never / 1000).Select(one => (one.Ids, one.Score))];
            }
        }
    }

    // log softmax of numbers that the prefix decides
    private static float[] LogProbabilities(int seed, IEnumerable<int> prefix)
    {
        SplitMix64 random = SplitMix64.For("beams " + string.Join(' ', prefix), seed);
        double[] scores = [.. Enumerable.Range(0, Vocabulary).Select(id => (6 * random.NextDouble()) - (id is 0 or 2 ? 20 : 0))];
        double logZ = Math.Log(scores.Sum(Math.Exp));
        return [.. scores.Select(score => (float)(score - logZ))];
    }
}
