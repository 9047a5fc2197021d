using ScottPlot;
using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>Numbers as colours, from <paramref name="least"/> to <paramref name="most"/>; what lies beyond has the colour of the end.</summary>
internal sealed class ColorScale(double least, double most, bool diverging)
{
    // Red, white, blue (ColorBrewer's RdBu): told apart also by eyes that do not see red or green.
    private static readonly SKColor[] Diverging =
    [
        new(0x67, 0x00, 0x1f), new(0xb2, 0x18, 0x2b), new(0xd6, 0x60, 0x4d), new(0xf4, 0xa5, 0x82), new(0xfd, 0xdb, 0xc7), new(0xf7, 0xf7, 0xf7),
        new(0xd1, 0xe5, 0xf0), new(0x92, 0xc5, 0xde), new(0x43, 0x93, 0xc3), new(0x21, 0x66, 0xac), new(0x05, 0x30, 0x61),
    ];

    // Not the ink of the figure: a cell keeps its colour on a dark page, and what is written on it too.
    private static readonly SKColor OnLight = new(0x1a, 0x1a, 0x1a);

    private static readonly ScottPlot.Colormaps.Viridis Sequential = new ScottPlot.Colormaps.Viridis();

    internal double Least => least;

    internal double Most => most;

    /// <summary>A scale around 0, as wide as the middle nine tenths of the numbers: the few beyond shall not turn the others white.</summary>
    internal static ColorScale Around0(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).Order()];
        double limit = finite.Length == 0 ? 0 : Math.Max(Math.Abs(Quantile(finite, 0.05)), Math.Abs(Quantile(finite, 0.95)));
        limit = limit > 0 ? RoundUp(limit) : 1;
        return new ColorScale(-limit, limit, diverging: true);
    }

    /// <summary>A scale over the range of the numbers.</summary>
    internal static ColorScale Over(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        (double low, double high) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        return high > low ? new ColorScale(low, high, diverging: false) : new ColorScale(low - 0.5, high + 0.5, diverging: false);
    }

    /// <summary>Whether a number lies beyond the scale, so that its colour says too little.</summary>
    internal bool Clips(double value) => value < least || value > most;

    internal SKColor Of(double value)
    {
        double share = Math.Clamp((value - least) / (most - least), 0, 1);
        if (!diverging)
        {
            Color color = Sequential.GetColor(share);
            return new SKColor(color.R, color.G, color.B);
        }

        double place = share * (Diverging.Length - 1);
        int lower = Math.Min((int)place, Diverging.Length - 2);
        return Mix(Diverging[lower], Diverging[lower + 1], place - lower);
    }

    /// <summary>Black or white, whichever reads better on a colour.</summary>
    internal static SKColor TextOn(SKColor background) =>
        (0.299 * background.Red) + (0.587 * background.Green) + (0.114 * background.Blue) > 140 ? OnLight : SKColors.White;

    private static SKColor Mix(SKColor a, SKColor b, double share) => new(Part(a.Red, b.Red, share), Part(a.Green, b.Green, share), Part(a.Blue, b.Blue, share));

    private static byte Part(byte a, byte b, double share) => (byte)Math.Round(a + ((b - a) * share));

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>The next of a few round numbers times a power of ten.</summary>
    private static double RoundUp(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 }.First(step => step * power >= value * (1 - 1e-9));
    }
}
