using System.Text.Json;
using Spot.Transfer;

namespace Spot.Tests.Tasks.Metrics;

/// <summary>What is made of scores: the relative error reduction. The reference has per cents and gives no error for what is no score.</summary>
public class AggregateTests
{
    [Fact]
    public void Relative_error_reductions_of_scores_equal_the_reference()
    {
        int scores = 0;
        foreach (JsonElement row in MetricGolden.Rows("aggregate.json", "relative_error_reduction"))
        {
            double baseline = row.GetProperty("baseline").Number();
            double transfer = row.GetProperty("transfer").Number();
            if (baseline is >= -100 and <= 100 && transfer is >= -100 and <= 100)
            {
                // 0 of 0: no change here, undefined there.
                double expected = baseline == 100 && transfer == 100 ? 0 : row.GetProperty("expected").Number();
                MetricGolden.Equal(expected, 100 * RelativeErrorReduction.Compute(baseline, transfer), $"{baseline} to {transfer}");
                scores++;
            }
            else
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => RelativeErrorReduction.Compute(baseline, transfer));
            }
        }

        Assert.True(scores > 20);
    }
}
