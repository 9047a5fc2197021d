using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Where a fresh prompt's numbers come from (prompt tuning §3.2, SPoT appendix C), on the bundled model.</summary>
public sealed class PromptInitializerTests : IDisposable
{
    private const int Dim = 256;
    private readonly FrozenT5 _model = TestModels.Load(TestModels.SpotTiny);
    private readonly T5Tokenizer _tokenizer = T5Tokenizer.Load(Path.Combine(TestModels.SpotTiny, "spiece.model"));
    private readonly float[] _embeddings;

    public PromptInitializerTests() => _embeddings = TestModels.Floats(_model.Weights[T5Layout.Shared]);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(20, 50)]
    [InlineData(50, 50)]
    [InlineData(100, 5000)]
    public void Sampled_rows_are_embeddings_of_distinct_common_tokens(int length, int population)
    {
        int[] ids = Ids(Create(Options(length, population: population)));
        Assert.Equal(length, ids.Length);
        Assert.Equal(length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 0, population - 1));
    }

    [Fact]
    public void Every_token_of_the_population_can_be_drawn_control_tokens_too()
    {
        Assert.Equal([0, 1, 2, 3], Ids(Create(Options(4, population: 4))).Order());
        int[] counts = new int[8];
        for (int seed = 0; seed < 400; seed++)
        {
            counts[Ids(Create(Options(1, population: 8, seed: seed)))[0]]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 25, 80)); // 50 expected, standard deviation 6.6
    }

    [Fact]
    public void Tokens_repeat_only_when_the_prompt_is_longer_than_the_population()
    {
        int[] ids = Ids(Create(Options(200, population: 7)));
        Assert.Equal(200, ids.Length);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], ids.Distinct().Order());
    }

    [Fact]
    public void The_population_is_at_most_the_vocabulary()
    {
        int vocabulary = _model.Config.VocabularySize;
        Assert.Equal(Enumerable.Range(0, vocabulary), Ids(Create(Options(vocabulary, population: int.MaxValue))).Order());
    }

    [Fact]
    public void Class_labels_are_the_means_of_their_pieces_and_the_rest_is_sampled()
    {
        string[] labels = ["positive", "not_equivalent", "a rather long label"];
        TuningOptions options = Options(6, PromptInitialization.ClassLabels);
        float[] values = Create(options, labels);
        for (int row = 0; row < labels.Length; row++)
        {
            int[] pieces = [.. _tokenizer.EncodeToIds(labels[row])];
            Assert.DoesNotContain(_tokenizer.EosId, pieces);
            for (int i = 0; i < Dim; i++)
            {
                Assert.Equal(pieces.Average(id => (double)_embeddings[(id * Dim) + i]), values[(row * Dim) + i], 1e-5);
            }
        }

        Assert.Contains(labels, label => _tokenizer.EncodeToIds(label).Count > 1);
        Assert.Equal(3, Ids(values[(labels.Length * Dim)..]).Distinct().Count());
        options.Initialization = PromptInitialization.SampledVocabulary;
        Assert.Equal(Create(options)[(labels.Length * Dim)..], values[(labels.Length * Dim)..]);
    }

    [Fact]
    public void More_labels_than_rows_leave_the_last_labels_out()
    {
        float[] two = Create(Options(2, PromptInitialization.ClassLabels), ["positive", "negative", "neutral", "other"]);
        Assert.Equal(2 * Dim, two.Length);
        Assert.Equal(Create(Options(4, PromptInitialization.ClassLabels), ["positive", "negative", "neutral", "other"])[..(2 * Dim)], two);
    }

    [Fact]
    public void Class_labels_without_labels_are_an_error()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Create(Options(2, PromptInitialization.ClassLabels)));
        Assert.Contains("the task has no labels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_to_start_from_gives_its_first_rows_for_those_of_the_labels_where_that_is_asked_for()
    {
        string[] labels = ["positive", "not_equivalent", "a rather long label"];
        SoftPrompt start = new(5, Dim, NumberStream.Uniform("source", 5 * Dim, 2), "backbone");
        float[] before = start.Values.ToArray();
        Assert.Equal(before, From(start, exchange: false, labels));
        Assert.Equal(before, From(start, exchange: true)); // a task without labels
        float[] exchanged = From(start, exchange: true, labels);
        Assert.Equal(Create(Options(3, PromptInitialization.ClassLabels), labels), exchanged[..(3 * Dim)]);
        Assert.Equal(before[(3 * Dim)..], exchanged[(3 * Dim)..]);
        Assert.Equal(before, start.Values.ToArray());
        SoftPrompt shorter = new(2, Dim, before.AsSpan(..(2 * Dim)).ToArray(), "backbone");
        Assert.Equal(Create(Options(2, PromptInitialization.ClassLabels), labels), From(shorter, exchange: true, labels));
    }

    [Fact]
    public void Text_gives_the_first_rows_and_is_cut_to_the_prompt()
    {
        TuningOptions options = Options(40, PromptInitialization.Text);
        options.InitialText = "commonsense reasoning, reading comprehension";
        int[] pieces = [.. _tokenizer.EncodeToIds(options.InitialText)];
        int[] ids = Ids(Create(options));
        Assert.InRange(pieces.Length, 4, 39);
        Assert.Equal(pieces, ids[..pieces.Length]); // no end of sequence, no repetition
        options.Initialization = PromptInitialization.SampledVocabulary;
        Assert.Equal(Ids(Create(options))[pieces.Length..], ids[pieces.Length..]);
        options.Initialization = PromptInitialization.Text;
        options.PromptLength = 3;
        Assert.Equal(pieces[..3], Ids(Create(options)));
    }

    [Theory]
    [InlineData(PromptInitialization.RandomUniform, -0.5)]
    [InlineData(PromptInitialization.RandomUniformPositive, 0)]
    public void Uniform_values_fill_their_range(PromptInitialization initialization, double least)
    {
        float[] values = Create(Options(100, initialization));
        double width = 0.5 - least;
        Assert.Equal(100 * Dim, values.Length);
        Assert.All(values, value => Assert.InRange(value, least, 0.5));
        Assert.InRange(values.Min(), least, least + (0.001 * width));
        Assert.InRange(values.Max(), 0.5 - (0.001 * width), 0.5);
        for (int tenth = 0; tenth < 10; tenth++)
        {
            double share = values.Count(value => (int)((value - least) / width * 10) == tenth) / (double)values.Length;
            Assert.InRange(share, 0.09, 0.11); // standard deviation 0.002
        }
    }

    [Fact]
    public void The_seed_decides()
    {
        foreach (PromptInitialization initialization in Enum.GetValues<PromptInitialization>())
        {
            float[] first = Values(5);
            Assert.Equal(first, Values(5));
            Assert.NotEqual(first, Values(6));

            float[] Values(long seed)
            {
                TuningOptions options = Options(20, initialization, seed: seed);
                options.InitialText = "reading";
                return Create(options, ["positive"]);
            }
        }
    }

    private static TuningOptions Options(
        int length, PromptInitialization initialization = PromptInitialization.SampledVocabulary, int population = 5000, long seed = 0) =>
        new() { PromptLength = length, Initialization = initialization, SampledVocabularySize = population, Seed = seed };

    private float[] Create(TuningOptions options, params string[] labels) => new PromptInitializer(_model, _tokenizer).Create(options, labels);

    private float[] From(SoftPrompt start, bool exchange, params string[] labels) =>
        new PromptInitializer(_model, _tokenizer).From(start, new TuningOptions { OverwriteWithLabelRows = exchange }, labels);

    // The token whose embedding each row is, bit for bit; -1 where it is none's.
    private int[] Ids(float[] rows)
    {
        ILookup<float, int> byFirst = Enumerable.Range(0, _embeddings.Length / Dim).ToLookup(id => _embeddings[id * Dim]);
        return [.. rows.Chunk(Dim).Select(row => byFirst[row[0]].SingleOrDefault(id => _embeddings.AsSpan(id * Dim, Dim).SequenceEqual(row), -1))];
    }
}
