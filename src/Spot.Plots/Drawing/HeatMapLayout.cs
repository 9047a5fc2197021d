namespace Spot.Plots.Drawing;

/// <summary>Where the parts of a heat map lie, in pixels.</summary>
internal sealed class HeatMapLayout
{
    internal const float Margin = Titles.Margin, TextSize = 12, Gap = 6, TextStep = 16;
    private const float TreeWidth = 72, TreeHeight = 60, BarHeight = 240, LeastBar = 130, WidestLabel = 240;

    internal HeatMapLayout(HeatMap map)
    {
        RowOrder = map.RowTree?.OptimalLeaves() ?? [.. Enumerable.Range(0, map.Rows.Count)];
        ColumnOrder = map.ColumnTree?.OptimalLeaves() ?? [.. Enumerable.Range(0, map.Columns.Count)];
        Scale = ScaleOf(map);
        Format = FormatOf(Scale.Most - Scale.Least);

        // Numbers fit into the cells of narrow matrices; wide ones are looked at as a whole.
        ShowValues = map.Columns.Count <= 16;
        CellHeight = map.Rows.Count > 60 ? 12 : ShowValues ? 26 : 20;
        CellWidth = ShowValues ? 46 : map.Columns.Count > 60 ? 12 : 20;
        LabelSize = Math.Min(TextSize, Math.Min(CellHeight, CellWidth) - 2);
        RowLabels = [.. map.Rows.Select(name => TextLines.Fit(name, LabelSize, WidestLabel))];
        ColumnLabels = [.. map.Columns.Select(name => TextLines.Fit(name, LabelSize, WidestLabel))];
        float widestColumn = ColumnLabels.Max(name => Sheet.Width(name, LabelSize));
        ColumnsUpright = widestColumn > CellWidth - 4;

        float matrixWidth = CellWidth * map.Columns.Count, matrixHeight = CellHeight * map.Rows.Count;
        Left = Margin + (map.RowTree is null ? 0 : TreeWidth + 2);
        BarLeft = Left + matrixWidth + Gap + RowLabels.Max(name => Sheet.Width(name, LabelSize)) + 24;
        Ticks = [.. Enumerable.Range(0, 5).Select(i => Scale.Least + ((Scale.Most - Scale.Least) * i / 4))];
        UnitLeft = BarLeft + 14 + Gap + Ticks.Max(tick => Sheet.Width("≥ " + Number(tick), TextSize)) + 12;
        Width = Math.Max(420, UnitLeft + (TextSize / 2) + Margin);

        Heading = new Titles(map.Title, map.Subtitle, Width);
        Top = Heading.Bottom + (map.ColumnTree is null ? 0 : TreeHeight + 2);
        float labels = ColumnsUpright ? widestColumn : TextStep;
        BarLength = Math.Max(Math.Max(LeastBar, Sheet.Width(map.Unit, TextSize)), Math.Min(BarHeight, matrixHeight));
        float below = Math.Max(Top + matrixHeight + Gap + labels, Top + BarLength + Gap);
        NoteTop = below + 14;
        NoteLines = TextLines.Wrap(NoteOf(map, Scale), TextSize, Width - (2 * Margin));
        Height = below + (NoteLines.Count == 0 ? 0 : 14 + (TextStep * NoteLines.Count)) + Margin - 4;
        TreeLeft = Margin;
        TreeTop = Top - TreeHeight - 2;
    }

    internal int[] RowOrder { get; }

    internal int[] ColumnOrder { get; }

    internal ColorScale Scale { get; }

    internal string Format { get; }

    internal bool ShowValues { get; }

    internal float CellWidth { get; }

    internal float CellHeight { get; }

    internal float LabelSize { get; }

    internal string[] RowLabels { get; }

    internal string[] ColumnLabels { get; }

    internal bool ColumnsUpright { get; }

    /// <summary>The matrix's left edge.</summary>
    internal float Left { get; }

    /// <summary>The matrix's upper edge.</summary>
    internal float Top { get; }

    internal float TreeLeft { get; }

    internal float TreeTop { get; }

    internal float BarLeft { get; }

    internal float BarLength { get; }

    internal double[] Ticks { get; }

    internal float UnitLeft { get; }

    internal Titles Heading { get; }

    internal List<string> NoteLines { get; }

    internal float NoteTop { get; }

    internal float Width { get; }

    internal float Height { get; }

    /// <summary>A number of the matrix as it is written.</summary>
    internal string Number(double value) => NumberText.Of(value, Format);

    private static ColorScale ScaleOf(HeatMap map)
    {
        bool square = map.Rows.SequenceEqual(map.Columns) && map.Rows.Count > 2;
        IEnumerable<double> values = map.Values.SelectMany((row, i) => row.Where((_, j) => map.Diverging || !square || i != j));
        return map.Diverging ? ColorScale.Around0(values) : ColorScale.Over(values);
    }

    private static string FormatOf(double range) => range switch { >= 20 => "F0", >= 2 => "F1", >= 0.2 => "F2", >= 0.02 => "F3", >= 0.002 => "F4", _ => "G2" };

    private static string NoteOf(HeatMap map, ColorScale scale)
    {
        string[] notes = [Holes(map), map.Values.Any(row => row.Any(scale.Clips)) ? "Marked corner: beyond the colours, which span the middle nine tenths." : ""];
        return string.Join(' ', notes.Where(note => note.Length > 0));
    }

    private static string Holes(HeatMap map)
    {
        bool leftOut = map.LeftOut?.Any(row => row.Contains(true)) == true;
        bool missing = map.Values.Where((row, i) => row.Where((value, j) => double.IsNaN(value) && map.LeftOut?[i][j] != true).Any()).Any();
        return (leftOut, missing) switch
        {
            (true, true) => "×: left out, since the source is the target or has examples of it; grey: not measured.",
            (true, false) => "×: left out, since the source is the target or has examples of it.",
            (false, true) => "Grey: not measured.",
            _ => "",
        };
    }
}
