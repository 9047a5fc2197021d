using Spot.Library;

namespace Spot.Tests.Library;

public class TopKTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1000)]
    public void The_selection_is_the_head_of_a_stable_sort_whatever_the_order_of_the_offers(int k)
    {
        // Few distinct scores: nearly everything ties.
        double[] scores = Array.ConvertAll(NumberStream.Top24("top-k", 500), top => ((top % 11) - 5) / 5.0);
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        ScoredIndex[] expected = [.. order.OrderByDescending(i => scores[i]).ThenBy(i => i).Take(k).Select(i => new ScoredIndex(i, scores[i]))];
        for (int seed = 0; seed < 5; seed++)
        {
            TopK best = new(k);
            foreach (int i in order)
            {
                best.Offer(i, scores[i]);
            }

            Assert.Equal(expected, best.ToArray());
            new Random(seed).Shuffle(order);
        }
    }

    [Fact]
    public void Zero_and_minus_zero_tie()
    {
        TopK best = new(2);
        best.Offer(1, 0.0);
        best.Offer(0, -0.0);
        Assert.Equal([0, 1], best.ToArray().Select(found => found.Index));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopK(0));
        Assert.Throws<ArgumentException>(() => new TopK(1).Offer(0, double.NaN));
        Assert.Empty(new TopK(int.MaxValue).ToArray());
    }
}
