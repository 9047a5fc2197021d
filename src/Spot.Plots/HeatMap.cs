using Spot.Plots.Drawing;
using Spot.Statistics;

namespace Spot.Plots;

/// <summary>A matrix as colours, with labels, a colour bar and, where they are given, the trees that order its rows and columns.</summary>
/// <remarks>Not safe for use while it is changed; the figure it draws does not change with it.</remarks>
public sealed class HeatMap
{
    /// <summary>What is shown.</summary>
    public required string Title { get; init; }

    /// <summary>A line below the title; null for none.</summary>
    /// <value>null.</value>
    public string? Subtitle { get; init; }

    /// <summary>The names of the rows, at least one.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>The names of the columns, at least one.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The numbers; NaN where there is none. // [row][column]</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Values { get; init; }

    /// <summary>Cells that were left out on purpose, marked with a cross; null for none. // [row][column]</summary>
    /// <value>null.</value>
    public IReadOnlyList<IReadOnlyList<bool>>? LeftOut { get; init; }

    /// <summary>What the colours mean, beside the colour bar.</summary>
    public required string Unit { get; init; }

    /// <summary>Whether 0 is the middle: red below, blue above, over the middle nine tenths of the numbers; cells beyond have a marked corner. Else colours go over the range of the numbers (without the diagonal where rows and columns are the same).</summary>
    /// <value>false.</value>
    public bool Diverging { get; init; }

    /// <summary>The tree of the rows, which also orders them; null to keep them as they are.</summary>
    /// <value>null.</value>
    public Dendrogram? RowTree { get; init; }

    /// <summary>The tree of the columns, which also orders them; null to keep them as they are.</summary>
    /// <value>null.</value>
    public Dendrogram? ColumnTree { get; init; }

    /// <summary>The tree of a matrix's rows by their Euclidean distances, as usual cluster maps have it. A pair of rows is compared where both have numbers.</summary>
    /// <param name="values">The matrix. // [row][column]</param>
    /// <param name="linkage">How far apart two clusters are.</param>
    /// <returns>The tree; null where two rows have no column in common, or there is only one.</returns>
    public static Dendrogram? TreeOfRows(IReadOnlyList<IReadOnlyList<double>> values, Linkage linkage = Linkage.Average)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] numbers = [.. values.SelectMany(row => row).Select(value => double.IsFinite(value) ? value : double.NaN)];
        return Tree(PairwiseDistances.Euclidean(numbers, values.Count, values.Count == 0 ? 0 : values[0].Count), values.Count, linkage);
    }

    /// <summary>The tree of a matrix's columns; see <see cref="TreeOfRows"/>.</summary>
    /// <param name="values">The matrix. // [row][column]</param>
    /// <param name="linkage">How far apart two clusters are.</param>
    /// <returns>The tree; null where two columns have no row in common, or there is only one.</returns>
    public static Dendrogram? TreeOfColumns(IReadOnlyList<IReadOnlyList<double>> values, Linkage linkage = Linkage.Average)
    {
        ArgumentNullException.ThrowIfNull(values);
        return TreeOfRows([.. Enumerable.Range(0, values.Count == 0 ? 0 : values[0].Count).Select(j => values.Select(row => row[j]).ToArray())], linkage);
    }

    /// <summary>The tree of things by 1 − similarity.</summary>
    /// <param name="similarities">A symmetric matrix. // [thing][thing]</param>
    /// <param name="linkage">How far apart two clusters are.</param>
    /// <returns>The tree; null where a similarity is missing, or there is only one thing.</returns>
    public static Dendrogram? TreeOfSimilarities(IReadOnlyList<IReadOnlyList<double>> similarities, Linkage linkage = Linkage.Average)
    {
        ArgumentNullException.ThrowIfNull(similarities);
        return Tree(PairwiseDistances.FromSimilarities([.. similarities.SelectMany(row => row)], similarities.Count), similarities.Count, linkage);
    }

    /// <summary>Draws it. The figure grows with the matrix, and labels are never cut below 30 letters.</summary>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">The matrix is empty, or its size, or a tree's, is not that of the names.</exception>
    public Figure Draw()
    {
        Check();
        HeatMapLayout layout = new(this);
        return new Figure(Title, layout.Width, layout.Height, new HeatMapDrawing(this, layout).Draw);
    }

    private static Dendrogram? Tree(double[] distances, int count, Linkage linkage) =>
        count < 2 || !distances.All(double.IsFinite) ? null : Dendrogram.Build(distances, count, linkage);

    private void Check()
    {
        if (Rows.Count == 0 || Columns.Count == 0)
        {
            throw new ArgumentException($"'{Title}' has {Rows.Count} rows and {Columns.Count} columns, expected at least one of each.");
        }

        CheckSize(Values, nameof(Values));
        CheckSize(LeftOut, nameof(LeftOut));
        CheckTree(RowTree, Rows.Count, nameof(RowTree));
        CheckTree(ColumnTree, Columns.Count, nameof(ColumnTree));
    }

    private void CheckSize<T>(IReadOnlyList<IReadOnlyList<T>>? matrix, string name)
    {
        if (matrix is not null && (matrix.Count != Rows.Count || matrix.Any(row => row.Count != Columns.Count)))
        {
            throw new ArgumentException($"{name} of '{Title}' has not {Rows.Count} rows of {Columns.Count}, as the names have.");
        }
    }

    private void CheckTree(Dendrogram? tree, int count, string name)
    {
        if (tree is not null && tree.Count != count)
        {
            throw new ArgumentException($"{name} of '{Title}' has {tree.Count} leaves, expected {count}.");
        }
    }
}
