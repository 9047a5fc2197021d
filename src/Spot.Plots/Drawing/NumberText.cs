using System.Globalization;

namespace Spot.Plots.Drawing;

/// <summary>Numbers as figures and tables write them: with a real minus sign, and no minus before zero.</summary>
internal static class NumberText
{
    internal const string None = "–";

    internal static string Of(double value, string format)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? None : value > 0 ? "∞" : "−∞";
        }

        string text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.Any(c => c is >= '1' and <= '9') ? text.Replace('-', '−') : text.TrimStart('-');
    }

    /// <summary>With a sign before what is above 0 too.</summary>
    internal static string Signed(double value, string format)
    {
        string text = Of(value, format);
        return double.IsFinite(value) && value > 0 && text.Any(c => c is >= '1' and <= '9') ? "+" + text : text;
    }

    internal static string PValue(double p) =>
        double.IsNaN(p) ? "p –" : p < 0.001 ? "p < 0.001" : $"p = {Of(p, p < 0.01 ? "F3" : "F2")}";
}
