using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Rows that join, leave and are repeated at any step, against each row by itself.</summary>
public class DecodingBatchTests
{
    private const double Tolerance = 2e-5; // of two orders of summation, 150 positions deep, in weights of which many cancel

    public static TheoryData<string> Models => ["t5/v1_0", "t5/v1_1", "t5/mt5", "t5/silu", "t5/buckets", "spot-tiny"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_row_of_a_random_mixture_equals_the_row_by_itself(string name)
    {
        using FrozenT5 model = TestModels.Load(name == "spot-tiny" ? TestModels.SpotTiny : TestPaths.Golden(name));
        using IDisposable noGradient = no_grad();
        for (int seed = 0; seed < (name == "spot-tiny" ? 5 : 40); seed++)
        {
            Mixture(model, new Random(seed), $"{name}, seed {seed}");
        }
    }

    [Fact]
    public void A_row_goes_on_beyond_what_it_was_to_write()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using IDisposable noGradient = no_grad();
        foreach (int maxTokens in (int[])[0, 1, 8, 9, 16])
        {
            using DisposeScope scope = NewDisposeScope();
            using DecodingBatch batch = new(model);
            Request request = Request.Random(model, new Random(3));
            batch.Add(request.States, [(int)request.States.size(1)], [maxTokens]);
            int[] tokens = [model.Config.DecoderStartId, .. Enumerable.Range(0, 150).Select(i => 2 + (i * 7 % 200))];
            for (int i = 0; i < tokens.Length; i++)
            {
                Compare(request.Expected(model, tokens[..(i + 1)]), TestModels.Floats(batch.Step([tokens[i]])), $"position {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void What_is_wanted_of_the_scores_is_that_of_all(string name)
    {
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            using FrozenT5 model = TestModels.Load(name == "spot-tiny" ? TestModels.SpotTiny : TestPaths.Golden(name), type);
            using IDisposable noGradient = no_grad();
            using DisposeScope scope = NewDisposeScope();
            using DecodingBatch batch = new(model), all = new(model);
            Request[] requests = [.. Enumerable.Range(0, 7).Select(i => Request.Random(model, new Random(i)))];
            foreach (Request request in requests)
            {
                batch.Add(request.States, [(int)request.States.size(1)], [12]);
                all.Add(request.States, [(int)request.States.size(1)], [12]);
            }

            int[] tokens = new int[requests.Length];
            for (int step = 0; step < 12; step++)
            {
                WantedScores[] wanted = [.. tokens.Select((_, row) => (row % 4) switch { 3 => WantedScores.All, 2 => WantedScores.Of([7, row + step]), 1 => WantedScores.Best(3), _ => WantedScores.Best(1) })];
                float[] found = TestModels.Floats(batch.Step(tokens, wanted)), expected = TestModels.Floats(all.Step(tokens));
                tokens = [.. expected.Chunk(model.Config.VocabularySize).Select(scores => Array.IndexOf(scores, scores.Max()))];
                for (int i = 0; i < expected.Length; i++)
                {
                    (int row, int id) = (i / model.Config.VocabularySize, i % model.Config.VocabularySize);
                    bool isWanted = wanted[row].Ids?.Contains(id) ?? (wanted[row].Count == 0 || id == tokens[row]);
                    Assert.True(found[i] == expected[i] || (!isWanted && float.IsNegativeInfinity(found[i])), $"{name}, {type}, step {step}, row {row}, token {id}: {found[i]:R}, expected {expected[i]:R}");
                }
            }
        }
    }

    [Fact]
    public void The_bundled_model_writes_what_all_scores_make_it_write()
    {
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name });
        FrozenT5 model = TestModels.OnThisThread(backbone.Model);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        string[] texts = ["The bridge is far too long.", "sentence: A lovely film.", "question: Who wrote it?", "premise: It rains. hypothesis: It is wet.", "x", "Two and two are four, said the teacher."];
        for (int prompt = 0; prompt < 6; prompt++)
        {
            int[][] inputs = [.. texts.Select(text => backbone.Tokenizer.Encode(text, 64))];
            using Tensor? rows = prompt == 0 ? null : PromptTensor.From(TestPrompts.Of(model, 4 * prompt, prompt).Values.Span, 4 * prompt, model.Config.Dim, model.Device);
            EncodedBatch encoded = model.Encode(rows, new TokenBatch(inputs, model.Config.PadId, model.Device));
            int[][] written = model.Greedy(encoded, 24);
            for (int row = 0; row < texts.Length; row++)
            {
                using DecodingBatch batch = new(model);
                batch.Add(encoded.States.narrow(0, row, 1), [encoded.Lengths()[row]], [24]);
                int[] last = [model.Config.DecoderStartId];
                foreach (int id in written[row])
                {
                    float[] scores = TestModels.Floats(batch.Step(last));
                    last = [Array.IndexOf(scores, scores.Max())];
                    Assert.Equal(last[0], id);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Rows_that_write_little_and_much_stand_beside_each_other_as_each_by_itself(string name)
    {
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            using FrozenT5 model = TestModels.Load(name == "spot-tiny" ? TestModels.SpotTiny : TestPaths.Golden(name), type);
            using IDisposable noGradient = no_grad();
            using DisposeScope scope = NewDisposeScope();
            using DecodingBatch batch = new(model);
            Random random = new(17);
            Request[] requests = [.. Enumerable.Range(0, 6).Select(i => Request.Random(model, random))];
            int[] most = [3, 30, 8, 9, 0, 1], lengths = [.. requests.Select(request => (int)request.States.size(1))];
            batch.Add(Padded(requests, random), lengths, most);
            DecodingBatch[] alone = [.. requests.Select(_ => new DecodingBatch(model))];
            for (int row = 0; row < alone.Length; row++)
            {
                alone[row].Add(requests[row].States, [lengths[row]], [most[row]]);
            }

            int[] rows = [0, 1, 2, 3, 4, 5];
            for (int step = 0; step < 6; step++)
            {
                int[] tokens = [.. alone.Select((_, row) => step == 0 ? model.Config.DecoderStartId : 2 + ((row + (7 * step)) % 200))];
                float[][] own = [.. alone.Select((one, row) => TestModels.Floats(one.Step([tokens[row]])))];
                float[][] found = [.. TestModels.Floats(batch.Step([.. rows.Select(row => tokens[row])])).Chunk(model.Config.VocabularySize)];
                for (int i = 0; i < rows.Length; i++)
                {
                    Compare(own[rows[i]], found[i], $"{name}, {type}, step {step}, row {rows[i]}");
                }

                if (step == 2)
                {
                    rows = [2, 5, 1, 2, 4, 0]; // a row of each kind goes, one of the short ones goes on twice
                    batch.Keep(rows);
                }
            }

            Array.ForEach(alone, one => one.Dispose());
        }
    }

    [Theory]
    [InlineData("t5/storage/safetensors_bf16", 20)]
    [InlineData("t5/storage/safetensors_bf16", 8)]
    [InlineData("spot-tiny", 20)]
    [InlineData("spot-tiny", 8)]
    public void In_bfloat16_a_row_is_what_float32_gives_but_for_rounding(string name, int maxTokens)
    {
        string folder = name == "spot-tiny" ? TestModels.SpotTiny : TestPaths.Golden(name);
        using FrozenT5 model = TestModels.Load(folder, ScalarType.BFloat16), single = TestModels.Load(folder);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Request request = Request.Random(single, new Random(11));
        using DecodingBatch batch = new(model);
        batch.Add(request.States, [(int)request.States.size(1)], [maxTokens]);
        int[] tokens = [model.Config.DecoderStartId, .. Enumerable.Range(0, 19).Select(i => 2 + (i * 7 % 200))];
        for (int i = 0; i < tokens.Length; i++)
        {
            double difference = GoldenData.Difference(TestModels.Floats(batch.Step([tokens[i]])), request.Expected(single, tokens[..(i + 1)]));
            Assert.True(difference < 0.05, $"{name}, position {i}: {difference:E2}");
        }
    }

    [Fact]
    public void Wrong_arguments_are_told_and_harm_nothing()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using DisposeScope scope = NewDisposeScope();
        using DecodingBatch batch = new(model);
        Tensor states = ones(2, 5, model.Config.Dim);
        Assert.Contains("expected one for each", Assert.Throws<ArgumentException>(() => batch.Step([])).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 5, 7]", Assert.Throws<ArgumentException>(() => batch.Add(ones(2, 5, 7), [1, 1], [4, 4])).Message, StringComparison.Ordinal);
        Assert.Contains("3 lengths", Assert.Throws<ArgumentException>(() => batch.Add(states, [1, 1, 1], [4, 4, 4])).Message, StringComparison.Ordinal);
        Assert.Contains("length 6", Assert.Throws<ArgumentException>(() => batch.Add(states, [1, 6], [4, 4])).Message, StringComparison.Ordinal);
        Assert.Contains("length 0", Assert.Throws<ArgumentException>(() => batch.Add(states, [0, 5], [4, 4])).Message, StringComparison.Ordinal);
        Assert.Contains("[4, -1]", Assert.Throws<ArgumentException>(() => batch.Add(states, [5, 5], [4, -1])).Message, StringComparison.Ordinal);
        Assert.Contains("[4]", Assert.Throws<ArgumentException>(() => batch.Add(states, [5, 5], [4])).Message, StringComparison.Ordinal);
        Assert.Equal(0, batch.Count);
        batch.Add(states, [5, 3], [4, 4]);
        Assert.Contains("row 2", Assert.Throws<ArgumentException>(() => batch.Keep([0, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("token -1", Assert.Throws<ArgumentException>(() => batch.Step([0, -1])).Message, StringComparison.Ordinal);
        Assert.Contains("token 256", Assert.Throws<ArgumentException>(() => batch.Step([0, 256])).Message, StringComparison.Ordinal);
        Assert.Contains("1 tokens for 2", Assert.Throws<ArgumentException>(() => batch.Step([0])).Message, StringComparison.Ordinal);
        Assert.Equal([2, model.Config.VocabularySize], batch.Step([0, 0]).shape);
        batch.Keep([]);
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void A_row_of_no_numbers_harms_no_other()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Request sound = Request.Random(model, new Random(5));
        using DecodingBatch batch = new(model);
        batch.Add(zeros_like(sound.States) / zeros_like(sound.States), [(int)sound.States.size(1)], [8]);
        batch.Add(sound.States, [(int)sound.States.size(1)], [8]);
        for (int i = 0; i < 3; i++)
        {
            float[] scores = TestModels.Floats(batch.Step([0, 0]));
            Assert.True(float.IsNaN(scores[0]));
            Compare(sound.Expected(model, new int[i + 1]), scores.AsSpan(scores.Length / 2), $"position {i}");
        }
    }

    // Each active row writes what a seeded choice among its best tokens gives; its scores must be those of its own tokens decoded at once.
    private static void Mixture(FrozenT5 model, Random random, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecodingBatch batch = new(model);
        List<(Request Request, int[] Tokens)> rows = [];
        for (int step = 0; step < 25; step++)
        {
            if (rows.Count == 0 || (rows.Count < 12 && random.Next(3) == 0))
            {
                Request[] joined = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Request.Random(model, random))];
                batch.Add(Padded(joined, random), [.. joined.Select(request => (int)request.States.size(1))], [.. joined.Select(_ => random.Next(4) * random.Next(1, 20))]);
                rows.AddRange(joined.Select(request => (request, (int[])[model.Config.DecoderStartId])));
            }

            if (random.Next(4) == 0)
            {
                int[] kept = [.. Enumerable.Range(0, random.Next(1, Math.Min(14, (2 * rows.Count) + 1))).Select(_ => random.Next(rows.Count))];
                batch.Keep(kept);
                rows = [.. kept.Select(row => rows[row])];
            }

            Assert.Equal(rows.Count, batch.Count);
            float[] scores = TestModels.Floats(batch.Step([.. rows.Select(row => row.Tokens[^1])]));
            int size = model.Config.VocabularySize;
            for (int row = 0; row < rows.Count; row++)
            {
                if (step % 6 == 5 || rows[row].Tokens.Length < 3)
                {
                    Compare(rows[row].Request.Expected(model, rows[row].Tokens), scores.AsSpan(row * size, size), $"{what}, step {step}, row {row} of {rows.Count}");
                }
            }

            rows = [.. rows.Select(row => (row.Request, (int[])[.. row.Tokens, random.Next(2, 200)]))];
        }
    }

    // The padding holds what no row may see.
    private static Tensor Padded(Request[] joined, Random random)
    {
        long length = joined.Max(request => request.States.size(1)) + random.Next(3);
        return stack([.. joined.Select(request => cat(
            [request.States.squeeze(0), Filler(length - request.States.size(1), request.States.size(2))], 0))]);
    }

    private static Tensor Filler(long rows, long dim) => tensor([.. Enumerable.Repeat(1e4f, (int)(rows * dim))], [rows, dim]);

    private static void Compare(float[] expected, ReadOnlySpan<float> actual, string what)
    {
        double difference = GoldenData.Difference(actual, expected);
        Assert.True(difference < Tolerance, $"{what}: {difference:E2}");
    }

    private sealed record Request(Tensor States)
    {
        public static Request Random(FrozenT5 model, Random random)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(2, 200)), 1];
            return new Request(model.Encode(null, new TokenBatch([ids], model.Config.PadId, model.Device)).States);
        }

        /// <summary>The scores behind the last of some tokens, all decoded at once.</summary>
        public float[] Expected(FrozenT5 model, int[] tokens)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor states = model.Decode(new EncodedBatch(States, null), [[.. tokens[1..], 1]]);
            return TestModels.Floats(model.Logits(states.narrow(1, tokens.Length - 1, 1)));
        }
    }
}
