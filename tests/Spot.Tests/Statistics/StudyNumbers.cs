namespace Spot.Tests.Statistics;

/// <summary>Tables of numbers that another program can make too: a linear congruential generator, read in thousandths.</summary>
internal static class StudyNumbers
{
    public static double[][] Table(int rows, int columns, long seed)
    {
        double[][] table = [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];
        for (int i = 0; i < rows * columns; i++)
        {
            seed = ((seed * 1103515245) + 12345) % (1L << 31);
            table[i / columns][i % columns] = (seed >> 8) % 1000 / 1000.0;
        }

        return table;
    }
}
