using System.Text.Json;
using Spot.Statistics;
using Spot.Tests.Tasks.Metrics;

namespace Spot.Tests.Statistics;

public class DendrogramTests
{
    [Fact]
    public void Trees_leaves_and_cuts_equal_the_reference()
    {
        foreach (JsonElement item in StatsGolden.Cases("clustering.json"))
        {
            Check(item.Numbers("condensed"), item.GetProperty("n").GetInt32(), item.GetProperty("methods"), item.GetProperty("ties").GetBoolean(), item.Text("name"));
        }
    }

    [Fact]
    public void Similar_tasks_are_clustered_as_the_reference_does()
    {
        foreach (JsonElement file in StatsGolden.Files("task_similarity.json"))
        {
            double[][] similarity = [.. file.GetProperty("similarity").EnumerateArray().Select(row => row.Numbers())];
            double[] distances = PairwiseDistances.FromSimilarities([.. similarity.SelectMany(row => row)], similarity.Length);
            Check(distances, similarity.Length, file.GetProperty("methods"), ties: false, "task similarity");
        }
    }

    [Fact]
    public void Rows_and_columns_are_ordered_as_cluster_maps_are()
    {
        foreach (JsonElement item in StatsGolden.Cases("clustermap.json"))
        {
            double[][] rows = [.. item.GetProperty("matrix").EnumerateArray().Select(row => row.Numbers())];
            double[][] columns = [.. Enumerable.Range(0, rows[0].Length).Select(j => rows.Select(row => row[j]).ToArray())];
            Check(rows, item.GetProperty("expected").GetProperty("rows"), item.Text("name"));
            Check(columns, item.GetProperty("expected").GetProperty("columns"), item.Text("name"));
        }
    }

    [Fact]
    public void One_thing_is_a_tree_of_its_own()
    {
        Dendrogram tree = Dendrogram.Build([], 1);
        Assert.Empty(tree.Merges);
        Assert.Equal([0], tree.Leaves());
        Assert.Equal([0], tree.OptimalLeaves());
        Assert.Equal([0], Assert.Single(tree.Cut(3)));
        Assert.Empty(tree.CopheneticDistances());
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => Dendrogram.Build([1, 2], 3));
        Assert.Throws<ArgumentException>(() => Dendrogram.Build([1, double.NaN, 2], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dendrogram.Build([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dendrogram.Build([1], 2, (Linkage)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dendrogram.Build([1], 2).Cut(0));
    }

    private static void Check(double[] distances, int n, JsonElement methods, bool ties, string name)
    {
        foreach (JsonProperty method in methods.EnumerateObject())
        {
            string what = $"{method.Name} linkage of '{name}'";
            Linkage linkage = Enum.Parse<Linkage>(method.Name, ignoreCase: true);
            Dendrogram tree = Dendrogram.Build(distances, n, linkage);
            string suffix = ties ? "_smallest_pair_rule" : "";
            JsonElement merges = method.Value.GetProperty("linkage" + suffix);

            // Average and ward may break a tie by a rounding: then only the heights are those of the rule.
            bool exact = !ties || linkage is Linkage.Complete or Linkage.Single;
            if (!exact)
            {
                MetricGolden.Same(
                    merges.EnumerateArray().Select(merge => Math.Round(merge[2].GetDouble(), 9)), tree.Merges.Select(merge => Math.Round(merge.Height, 9)), what);
                continue;
            }

            CheckMerges(merges, tree, what);
            MetricGolden.Same(method.Value.Integers("leaves" + suffix), tree.Leaves(), what);
            CheckOptimal(tree, distances, method.Value.GetProperty("optimal_path_length" + suffix).GetDouble(), what);
            if (method.Value.TryGetProperty("cut_into_3", out JsonElement cut))
            {
                MetricGolden.Same(Written(cut.EnumerateArray().Select(members => members.Integers())), Written(tree.Cut(3)), what);
            }

            if (method.Value.TryGetProperty("cophenetic_condensed", out JsonElement heights))
            {
                Assert.All(heights.Numbers().Zip(tree.CopheneticDistances()), pair => MetricGolden.Equal(pair.First, pair.Second, what));
            }
        }
    }

    private static void Check(double[][] rows, JsonElement expected, string name)
    {
        Dendrogram tree = Dendrogram.Build(PairwiseDistances.Euclidean([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length), rows.Length);
        CheckMerges(expected.GetProperty("linkage"), tree, name);
        MetricGolden.Same(expected.Integers("leaves"), tree.Leaves(), name);
    }

    private static void CheckMerges(JsonElement expected, Dendrogram tree, string what)
    {
        JsonElement[] merges = [.. expected.EnumerateArray()];
        MetricGolden.Same(merges.Select(m => (m[0].GetInt32(), m[1].GetInt32(), m[3].GetInt32())), tree.Merges.Select(m => (m.First, m.Second, m.Size)), what);
        Assert.All(merges.Zip(tree.Merges), pair => MetricGolden.Equal(pair.First[2], pair.Second.Height, what));
    }

    private static void CheckOptimal(Dendrogram tree, double[] distances, double length, string what)
    {
        int[] leaves = tree.OptimalLeaves();
        Assert.Equal(Enumerable.Range(0, tree.Count), leaves.Order());
        Assert.True(leaves[0] <= leaves[^1], what);
        MetricGolden.Equal(length, StatsGolden.PathLength(leaves, (a, b) => distances[PairwiseDistances.Index(a, b, tree.Count)]), $"path of {what}");
        for (int clusters = 1; clusters <= tree.Count; clusters++)
        {
            foreach (int[] members in tree.Cut(clusters))
            {
                int[] places = [.. members.Select(member => Array.IndexOf(leaves, member)).Order()];
                Assert.True(places[^1] - places[0] == members.Length - 1, $"{what}: a cluster lies in pieces");
            }
        }
    }

    private static IEnumerable<string> Written(IEnumerable<int[]> clusters) =>
        clusters.Select(members => string.Join(' ', members.Order())).Order(StringComparer.Ordinal);
}
