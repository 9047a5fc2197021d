using Spot.Statistics;

namespace Spot.Tests.Statistics;

public class PairwiseDistancesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Pairs_follow_each_other_row_by_row(int count)
    {
        int expected = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                Assert.Equal(expected, PairwiseDistances.Index(i, j, count));
                Assert.Equal(expected, PairwiseDistances.Index(j, i, count));
                expected++;
            }
        }

        Assert.Equal(expected, PairwiseDistances.Pairs(count));
    }

    [Fact]
    public void The_diagonal_of_similarities_is_not_looked_at() =>
        Assert.Equal([0.5, 1, 1.25], PairwiseDistances.FromSimilarities([0.9, 0.5, 0, 0.5, double.NaN, -0.25, 0, -0.25, 1], 3));

    [Fact]
    public void Distances_of_points_are_Euclidean() => Assert.Equal([5, 0, 5], PairwiseDistances.Euclidean([0, 0, 3, 4, 0, 0], 3, 2));

    [Fact]
    public void What_one_of_two_points_lacks_is_left_out_and_made_up_for()
    {
        double[] found = PairwiseDistances.Euclidean([3, double.NaN, double.NaN, 6, 1, double.NaN, 4, 5, double.NaN, 2, double.NaN, double.NaN], 3, 4);
        Assert.Equal([Math.Sqrt(2 * ((2 * 2) + (1 * 1))), double.NaN, double.NaN], found);
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => PairwiseDistances.FromSimilarities([1, 2, 3], 2));
        Assert.Throws<ArgumentException>(() => PairwiseDistances.Euclidean([1, 2, 3], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairwiseDistances.Index(1, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairwiseDistances.Index(-1, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairwiseDistances.Index(1, 3, 3));
        Assert.Throws<OverflowException>(() => PairwiseDistances.Pairs(1_000_000));
    }
}
