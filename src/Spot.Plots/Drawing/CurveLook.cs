using ScottPlot;

namespace Spot.Plots.Drawing;

/// <summary>How a curve looks: what is drawn in one colour is told apart by filled and open marks.</summary>
/// <param name="Color">Its colour.</param>
/// <param name="Marker">Its marks.</param>
/// <param name="Dashed">Whether its line is dashed.</param>
/// <param name="Aside">How far its marks move to the right, as a share of the axis, so that those of equal place do not cover each other.</param>
internal readonly record struct CurveLook(Color Color, MarkerShape Marker, bool Dashed, double Aside)
{
    private const double Apart = 0.012;

    // Okabe and Ito's colours, which eyes that lack one kind of cone tell apart too; shapes repeat with them.
    private static readonly Color[] Palette =
        [new(0x00, 0x72, 0xb2), new(0xd5, 0x5e, 0x00), new(0x00, 0x9e, 0x73), new(0xcc, 0x79, 0xa7), new(0xe6, 0x9f, 0x00), new(0x56, 0xb4, 0xe9), new(0x80, 0x80, 0x80)];

    private static readonly MarkerShape[] Filled =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown];

    private static readonly MarkerShape[] Open =
        [MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp, MarkerShape.OpenDiamond, MarkerShape.OpenTriangleDown];

    /// <summary>The looks of series in their order.</summary>
    internal static CurveLook[] Of(IReadOnlyList<CurveSeries> series)
    {
        List<string> groups = [.. series.Select((one, i) => one.Group ?? $"\0{i}").Distinct()];
        CurveLook[] looks = new CurveLook[series.Count];
        int[] seen = new int[groups.Count];
        for (int i = 0; i < looks.Length; i++)
        {
            int group = groups.IndexOf(series[i].Group ?? $"\0{i}"), size = series.Count(other => other.Group is not null && other.Group == series[i].Group);
            int place = seen[group]++;
            looks[i] = new CurveLook(
                Palette[group % Palette.Length], (place == 0 ? Filled : Open)[group % Filled.Length], place > 0,
                size < 2 ? 0 : (place - ((size - 1) / 2.0)) * Apart);
        }

        return looks;
    }
}
