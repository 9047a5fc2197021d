using SkiaSharp;
using Spot.Statistics;

namespace Spot.Plots.Drawing;

/// <summary>Draws a heat map.</summary>
internal sealed class HeatMapDrawing(HeatMap map, HeatMapLayout layout)
{
    private const int BarSteps = 64;
    private static readonly SKColor Grey = new(0xdd, 0xdd, 0xdd);

    private float Right => layout.Left + (layout.CellWidth * map.Columns.Count);

    private float Bottom => layout.Top + (layout.CellHeight * map.Rows.Count);

    internal void Draw(Sheet sheet)
    {
        layout.Heading.Draw(sheet);
        Note(sheet);
        Cells(sheet);
        Labels(sheet);
        Bar(sheet);
        if (map.RowTree is { } rows)
        {
            Tree(sheet, rows, layout.RowOrder, (place, height) =>
                new SKPoint(layout.Left - 2 - (height * (layout.Left - 2 - layout.TreeLeft)), layout.Top + ((place + 0.5f) * layout.CellHeight)));
        }

        if (map.ColumnTree is { } columns)
        {
            Tree(sheet, columns, layout.ColumnOrder, (place, height) =>
                new SKPoint(layout.Left + ((place + 0.5f) * layout.CellWidth), layout.Top - 2 - (height * (layout.Top - 2 - layout.TreeTop))));
        }
    }

    private void Note(Sheet sheet)
    {
        float y = layout.NoteTop + (HeatMapLayout.TextSize / 2);
        foreach (string line in layout.NoteLines)
        {
            sheet.Text(line, HeatMapLayout.Margin, y, HeatMapLayout.TextSize, color: Sheet.Faint);
            y += HeatMapLayout.TextStep;
        }
    }

    private void Cells(Sheet sheet)
    {
        for (int i = 0; i < map.Rows.Count; i++)
        {
            for (int j = 0; j < map.Columns.Count; j++)
            {
                Cell(sheet, layout.RowOrder[i], layout.ColumnOrder[j], layout.Left + (j * layout.CellWidth), layout.Top + (i * layout.CellHeight));
            }
        }
    }

    private void Cell(Sheet sheet, int row, int column, float x, float y)
    {
        double value = map.Values[row][column];
        bool leftOut = map.LeftOut?[row][column] == true;
        SKColor color = double.IsNaN(value) ? Grey : layout.Scale.Of(value);
        sheet.Rectangle(x, y, layout.CellWidth, layout.CellHeight, color);
        if (layout.Scale.Clips(value))
        {
            sheet.Corner(x + layout.CellWidth - 1, y + 1, Math.Min(7, layout.CellHeight / 3), ColorScale.TextOn(color));
        }

        string text = leftOut ? "×" : double.IsNaN(value) || !layout.ShowValues ? "" : layout.Number(value);
        if (text.Length > 0)
        {
            float size = Math.Min(11, layout.CellHeight - 1);
            sheet.Text(text, x + (layout.CellWidth / 2), y + (layout.CellHeight / 2), size, SKTextAlign.Center, ColorScale.TextOn(color));
        }
    }

    private void Labels(Sheet sheet)
    {
        for (int i = 0; i < map.Rows.Count; i++)
        {
            sheet.Text(layout.RowLabels[layout.RowOrder[i]], Right + HeatMapLayout.Gap, layout.Top + ((i + 0.5f) * layout.CellHeight), layout.LabelSize);
        }

        for (int j = 0; j < map.Columns.Count; j++)
        {
            string name = layout.ColumnLabels[layout.ColumnOrder[j]];
            float x = layout.Left + ((j + 0.5f) * layout.CellWidth);
            if (layout.ColumnsUpright)
            {
                sheet.TextUp(name, x, Bottom + HeatMapLayout.Gap, layout.LabelSize, SKTextAlign.Right);
            }
            else
            {
                sheet.Text(name, x, Bottom + HeatMapLayout.Gap + (layout.LabelSize / 2), layout.LabelSize, SKTextAlign.Center);
            }
        }
    }

    private void Bar(Sheet sheet)
    {
        (double least, double most) = (layout.Scale.Least, layout.Scale.Most);
        float length = layout.BarLength, step = length / BarSteps;
        for (int i = 0; i < BarSteps; i++)
        {
            double value = most - ((most - least) * (i + 0.5) / BarSteps);
            sheet.Rectangle(layout.BarLeft, layout.Top + (i * step), 14, step + 0.5f, layout.Scale.Of(value));
        }

        bool below = map.Values.Any(row => row.Any(value => value < least)), above = map.Values.Any(row => row.Any(value => value > most));
        for (int i = 0; i < layout.Ticks.Length; i++)
        {
            float y = layout.Top + (length * (1 - (i / (layout.Ticks.Length - 1f))));
            string sign = i == 0 && below ? "≤ " : i == layout.Ticks.Length - 1 && above ? "≥ " : "";
            sheet.Polyline(Sheet.Line, 1, new SKPoint(layout.BarLeft + 14, y), new SKPoint(layout.BarLeft + 17, y));
            sheet.Text(sign + layout.Number(layout.Ticks[i]), layout.BarLeft + 14 + HeatMapLayout.Gap, y, HeatMapLayout.TextSize);
        }

        sheet.TextUp(map.Unit, layout.UnitLeft, layout.Top + (length / 2), HeatMapLayout.TextSize, SKTextAlign.Center, Sheet.Faint);
    }

    /// <summary>A tree's brackets; <paramref name="at"/> turns a place among the leaves and a height of 0 … 1 into a point.</summary>
    private static void Tree(Sheet sheet, Dendrogram tree, int[] order, Func<float, float, SKPoint> at)
    {
        // Where all heights are much alike, the tree starts near the lowest instead of at 0.
        double top = tree.Merges[^1].Height, lowest = tree.Merges[0].Height, start = Math.Max(0, lowest - (0.25 * (top - lowest)));
        float[] places = new float[(2 * tree.Count) - 1], heights = new float[places.Length];
        for (int i = 0; i < order.Length; i++)
        {
            places[order[i]] = i;
        }

        for (int i = 0; i < tree.Merges.Count; i++)
        {
            (int a, int b, double height, _) = tree.Merges[i];
            int cluster = tree.Count + i;
            heights[cluster] = top > start ? (float)((height - start) / (top - start)) : 1;
            places[cluster] = (places[a] + places[b]) / 2;
            sheet.Polyline(
                Sheet.Line, 1, at(places[a], heights[a]), at(places[a], heights[cluster]), at(places[b], heights[cluster]), at(places[b], heights[b]));
        }
    }
}
