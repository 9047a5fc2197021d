using System.Text.Json;
using Spot.Library;
using Spot.Similarity;

namespace Spot.Tests.Library;

public class RetrievalTests
{
    public static TheoryData<string> Names() => [.. RetrievalCase.All().Select(item => item.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Keys_and_selection_give_the_exact_ranking(string name)
    {
        RetrievalCase item = RetrievalCase.All().Single(item => item.Name == name);
        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            // Of a prompt of one row that began at zero all similarities are the plain cosine.
            double[] keys = new double[item.N * item.D];
            for (int i = 0; i < item.N; i++)
            {
                PromptKey.Write(OneRow(item.Key(i)), similarity, keys.AsSpan(i * item.D, item.D));
            }

            using KeyMemory memory = new(keys, item.D);
            foreach (RetrievalQuery query in item.Queries)
            {
                Check(item, query, keys, memory.Table, similarity);
            }
        }
    }

    [Fact]
    public void Number_stream_agrees_with_its_description()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestPaths.Golden("similarity/retrieval.json")));
        JsonElement check = document.RootElement.GetProperty("check");
        int[] expected = [.. check.GetProperty("top24_first8").EnumerateArray().Select(value => value.GetInt32())];
        Assert.Equal(expected, NumberStream.Top24(check.GetProperty("name").GetString()!, expected.Length));
        expected = [.. check.GetProperty("splitmix64_of_name_hello_first3_top24").EnumerateArray().Select(value => value.GetInt32())];
        Assert.Equal(expected, NumberStream.Top24("hello", expected.Length));
    }

    private static TaskEmbedding OneRow(float[] values) =>
        new("t", new SoftPrompt(1, values.Length, values, "b"), 1) { Start = new SoftPrompt(1, values.Length, new float[values.Length], "b") };

    private static void Check(RetrievalCase item, RetrievalQuery query, double[] keys, KeyTable table, PromptSimilarity similarity)
    {
        double[] key = new double[item.D];
        PromptKey.Write(OneRow(query.Values), similarity, key);
        foreach (int k in new[] { 1, 3, query.Ids.Length })
        {
            TopK best = new(k);
            for (int i = 0; i < item.N; i++)
            {
                best.Offer(i, PromptKey.Compare(keys.AsSpan(i * item.D, item.D), key));
            }

            ScoredIndex[] found = best.ToArray();
            Assert.Equal(query.Ids.Take(k), found.Select(match => match.Index));
            for (int i = 0; i < found.Length; i++)
            {
                Assert.Equal(query.Scores[i], found[i].Score, 1e-12);
            }

            Assert.Equal(found, KeyScan.Search(keys, item.D, key, k, TestContext.Current.CancellationToken));
            Assert.Equal(found, table.Search([key], k, 0, TestContext.Current.CancellationToken)[0]);
        }
    }
}
