using Spot.Statistics;

namespace Spot.Tests.Statistics;

public class TwoWayBootstrapTests
{
    // The quantiles at 2, 3, 97 and 98 % of all resamples there are (4⁴ · 3³; 5⁵), by another program: an end at 2.5 or 97.5 % lies between them.
    [Theory]
    [InlineData(4, 3, 11, false, 0.220333333, 0.260416667, 0.844, 0.862583333)]
    [InlineData(4, 3, 11, true, 0.209, 0.228416667, 0.900333333, 0.906833333)]
    [InlineData(1, 5, 12, false, 0.2254, 0.2272, 0.5026, 0.5278)]
    [InlineData(5, 1, 12, false, 0.2254, 0.2272, 0.5026, 0.5278)]
    public void Ends_lie_where_all_resamples_have_them(int rows, int columns, long seed, bool holes, double lowest, double low, double high, double highest)
    {
        double[][] table = StudyNumbers.Table(rows, columns, seed);
        if (holes)
        {
            table[0][0] = table[2][1] = table[2][2] = double.NaN;
        }

        ConfidenceInterval interval = TwoWayBootstrap.OfMean(table);
        Assert.InRange(interval.Low, lowest - 1e-9, low + 1e-9);
        Assert.InRange(interval.High, high - 1e-9, highest + 1e-9);
    }

    [Fact]
    public void Its_width_is_that_of_the_variances_of_rows_columns_and_cells()
    {
        // A mean of resampled rows and columns has the variance V(rows)/30 + V(columns)/20 + V(rest)/600; its root is 0.0219 here, and the mean 0.50162.
        ConfidenceInterval interval = TwoWayBootstrap.OfMean(StudyNumbers.Table(30, 20, 21));
        Assert.Equal(1.96 * 0.021902279862, (interval.High - interval.Low) / 2, 0.03 * 1.96 * 0.0219);
        Assert.Equal(0.50162, (interval.High + interval.Low) / 2, 0.001);
    }

    [Fact]
    public void Copies_of_a_column_tell_nothing_new()
    {
        double[] rows = [3, 1, 4, 1, 5, 9];
        ConfidenceInterval one = TwoWayBootstrap.OfMean([.. rows.Select(value => new[] { value })]);
        ConfidenceInterval many = TwoWayBootstrap.OfMean([.. rows.Select(value => Enumerable.Repeat(value, 50).ToArray())]);
        Assert.Equal(one.High - one.Low, many.High - many.Low, 0.1);
    }

    [Fact]
    public void One_cell_has_no_interval_and_equal_tables_have_equal_ones()
    {
        Assert.True(double.IsNaN(TwoWayBootstrap.OfMean([[5]]).Low));
        Assert.True(double.IsNaN(TwoWayBootstrap.OfMean([[double.NaN, double.NaN]]).High));
        Assert.False(TwoWayBootstrap.OfMean([[5]]).Excludes(0));
        Assert.Equal(TwoWayBootstrap.OfMean(StudyNumbers.Table(4, 3, 1)), TwoWayBootstrap.OfMean(StudyNumbers.Table(4, 3, 1)));
        Assert.True(new ConfidenceInterval(0.1, 2).Excludes(0) && new ConfidenceInterval(-2, -0.1).Excludes(0) && !new ConfidenceInterval(-1, 1).Excludes(0));
    }
}
