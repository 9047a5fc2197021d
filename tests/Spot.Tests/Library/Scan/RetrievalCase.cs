using System.Text.Json;

namespace Spot.Tests.Library;

/// <summary>A library of keys with the exact ranking for some queries.</summary>
internal sealed record RetrievalCase(string Name, int N, int D, int[] Keys, IReadOnlyList<RetrievalQuery> Queries)
{
    internal static IEnumerable<RetrievalCase> All()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestPaths.Golden("similarity/retrieval.json")));
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            yield return Read(item);
        }
    }

    internal float[] Key(int i) => Array.ConvertAll(Keys.AsSpan(i * D, D).ToArray(), NumberStream.ToValue);

    private static RetrievalCase Read(JsonElement item)
    {
        string name = item.GetProperty("name").GetString()!;
        int n = item.GetProperty("n").GetInt32();
        int d = item.GetProperty("d").GetInt32();
        int[] keys = RetrievalRecipe.Keys(item.GetProperty("keys").GetString()!, n, d);
        Assert.Equal(item.GetProperty("key_units_sum").GetInt64(), keys.Sum(key => (long)key));
        double[] first = [.. item.GetProperty("first_key").EnumerateArray().Select(value => value.GetDouble())];
        double[] last = [.. item.GetProperty("last_key").EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(first, keys.Take(first.Length).Select(unit => (double)NumberStream.ToValue(unit)));
        Assert.Equal(last, keys.TakeLast(last.Length).Select(unit => (double)NumberStream.ToValue(unit)));
        List<RetrievalQuery> queries = [];
        foreach (JsonElement result in item.GetProperty("results").EnumerateArray())
        {
            int[] query = RetrievalRecipe.Query(result.GetProperty("query").GetString()!, keys, d);
            queries.Add(new RetrievalQuery(
                Array.ConvertAll(query, NumberStream.ToValue),
                [.. result.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
                [.. result.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble())]));
        }

        return new RetrievalCase(name, n, d, keys, queries);
    }
}
