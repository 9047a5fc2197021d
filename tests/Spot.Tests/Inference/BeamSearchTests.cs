using System.Runtime.InteropServices;
using System.Text.Json;
using Spot.Backbone;
using Spot.Inference;
using Spot.Tests.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Inference;

/// <summary>Beams and their scores against Hugging Face transformers, for every checkpoint of the golden set.</summary>
public class BeamSearchTests
{
    public static TheoryData<string> Folders() => [.. GoldenData.Folders("t5")
        .SelectMany(root => Directory.EnumerateFiles(root, "golden.json", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).Select(path => Path.GetDirectoryName(path)!)
        .Where(folder => File.Exists(Path.Combine(folder, "config.json")))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Beams_equal_the_reference(string folder)
    {
        T5Tokenizer tokenizer = T5Tokenizer.Load(TestModels.SpotTiny); // for its end of sequence, 1 as in all of these
        using FrozenT5 model = TestModels.Load(folder);
        int compared = 0;
        foreach (GoldenCase golden in GoldenCase.Read(folder).Where(golden => golden.Info.TryGetProperty("beams", out _)))
        {
            foreach (JsonElement expected in golden.Info.GetProperty("beams").EnumerateArray())
            {
                GenerationOptions options = new()
                {
                    Beams = expected.GetProperty("num_beams").GetInt32(),
                    Samples = expected.GetProperty("num_return_sequences").GetInt32(),
                    LengthPenalty = expected.GetProperty("length_penalty").GetDouble(),
                    EarlyStopping = expected.GetProperty("early_stopping").GetBoolean(),
                };
                int[][] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(row => row.EnumerateArray().Skip(1).Select(id => id.GetInt32()).ToArray())];
                double[] scores = [.. expected.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble())];
                for (int row = 0; row < golden.Inputs.Length; row++)
                {
                    BeamSearch search = new(new DecodingPlan(options, tokenizer, model.Config.DecoderStartId, 20, null));
                    Decode(model, golden, row, search);
                    compared += Compare(search.Written, ids.AsSpan(row * 2, 2), scores.AsSpan(row * 2, 2), tokenizer.EosId);
                }
            }
        }

        Assert.True(compared > 0);
    }

    // Scores always; ids where the margin to the next one is no rounding.
    private static int Compare(IReadOnlyList<WrittenTokens> found, ReadOnlySpan<int[]> ids, ReadOnlySpan<double> scores, int eosId)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.Equal(scores[i], found[i].Score!.Value, 1e-4 * Math.Max(1, Math.Abs(scores[i])));
        }

        if (scores[0] - scores[1] <= 1e-4)
        {
            return 0;
        }

        int end = Array.IndexOf(ids[0], eosId);
        Assert.Equal(ids[0].Take(end < 0 ? ids[0].Length : end + 1), found[0].Ids);
        return 1;
    }

    private static void Decode(FrozenT5 model, GoldenCase golden, int row, BeamSearch decoding)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        EncodedBatch encoded = model.Encode(TestModels.Prompt(golden, model), new TokenBatch([golden.Inputs[row]], model.Config.PadId, model.Device));
        using DecodingBatch batch = new(model);
        batch.Add(encoded.States, [(int)encoded.States.size(1)], [20]);
        while (batch.Count > 0)
        {
            using Tensor logits = batch.Step([.. decoding.Tokens]).contiguous();
            batch.Keep(decoding.Advance(MemoryMarshal.Cast<byte, float>(logits.bytes)));
        }
    }
}
