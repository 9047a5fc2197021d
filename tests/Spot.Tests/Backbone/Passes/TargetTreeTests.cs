using Spot.Backbone;

namespace Spot.Tests.Backbone;

/// <summary>Trees of targets against the sets of their beginnings.</summary>
public class TargetTreeTests
{
    private const int Start = 0;

    [Fact]
    public void What_targets_begin_with_stands_once()
    {
        int[][] targets = [[5, 6, 1], [5, 6, 7, 1], [5, 1], [8, 1], [5, 6, 1]];
        TargetTree tree = Assert.Single(TargetTree.Of(targets, Start));
        Assert.Equal([-1, 0, 1, 2, 0], tree.Parents);
        Assert.Equal([Start, 5, 6, 7, 8], tree.Tokens);
        Assert.Equal([0, 1, 2, 3, 1], tree.Depths);
        Assert.Equal([(0, 5), (0, 8), (1, 1), (1, 6), (2, 1), (2, 7), (3, 1), (4, 1)], tree.Choices.Order());
    }

    [Fact]
    public void Random_targets_are_spelt_by_their_choices()
    {
        for (int set = 0; set < 200; set++)
        {
            int[][] targets = RandomTargets.Of(set, 1 + (set % 90), longest: 1 + (set % 6));
            TargetTree tree = Assert.Single(TargetTree.Of(targets, Start));
            Assert.Equal(Enumerable.Range(0, targets.Length), tree.Targets.Select(target => target.Index).Order());
            Check(tree, targets);
        }
    }

    [Theory]
    [InlineData(4000, 8)] // many
    [InlineData(60, 40)]
    [InlineData(3, 700)] // each larger than a pass should be
    public void Too_many_for_a_pass_are_cut(int count, int longest)
    {
        int[][] targets = RandomTargets.Of(1, count, longest);
        IReadOnlyList<TargetTree> trees = TargetTree.Of(targets, Start);
        Assert.True(trees.Count > 1);
        Assert.Equal(Enumerable.Range(0, count), trees.SelectMany(tree => tree.Targets).Select(target => target.Index).Order());
        Assert.All(trees, tree =>
        {
            Check(tree, targets);
            Assert.True(tree.Targets.Count == 1 || tree.Tokens.Count <= 512, $"{tree.Tokens.Count} nodes");
            Assert.True(tree.RowsPerPass >= 1);
        });
    }

    [Fact]
    public void Trees_of_the_same_targets_match()
    {
        TargetTree Of(params int[][] targets) => TargetTree.Of(targets, Start)[0];
        Assert.True(Of([5, 1], [6, 1]).Matches(Of([5, 1], [6, 1])));
        Assert.False(Of([5, 1], [6, 1]).Matches(Of([6, 1], [5, 1])));
        Assert.False(Of([5, 1], [6, 1]).Matches(Of([5, 1], [7, 1])));
        Assert.False(Of([5, 1]).Matches(Of([5, 1], [5, 1])));
    }

    private static void Check(TargetTree tree, int[][] targets)
    {
        Assert.Equal(tree.Choices.Count, tree.Choices.Distinct().Count());
        string[] beginnings = [.. tree.Targets.SelectMany(target => Enumerable.Range(0, target.Ids.Length).Select(i => Text(target.Ids[..i]))).Distinct()];
        Assert.Equal(beginnings.Length, tree.Tokens.Count);
        foreach ((int index, int[] ids, int[] choices) in tree.Targets)
        {
            Assert.Equal(targets[index], ids);
            Assert.Equal(ids, choices.Select(choice => tree.Choices[choice].Token));
            Assert.All(choices.Index(), choice => Assert.Equal(Text([Start, .. ids[..choice.Index]]), Text(Read(tree, tree.Choices[choice.Item].Node))));
        }
    }

    // What is read on the way to a node, itself last.
    private static int[] Read(TargetTree tree, int node)
    {
        int[] before = tree.Parents[node] < 0 ? [] : Read(tree, tree.Parents[node]);
        Assert.True(tree.Parents[node] < node);
        Assert.Equal(before.Length, tree.Depths[node]);
        return [.. before, tree.Tokens[node]];
    }

    private static string Text(int[] ids) => string.Join(' ', ids);
}
