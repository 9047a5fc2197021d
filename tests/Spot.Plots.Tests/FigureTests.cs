using System.Buffers.Binary;
using Spot.Tests;

namespace Spot.Plots.Tests;

public class FigureTests
{
    private static readonly Figure Example = new HeatMap { Title = "An example", Rows = ["a"], Columns = ["b"], Values = [[1.0]], Unit = "unit" }.Draw();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0.5)]
    public void A_PNG_has_the_figures_size_times_the_scale(float scale)
    {
        byte[] png = Example.ToPng(scale);
        Assert.Equal((int)MathF.Ceiling(Example.Width * scale), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.Equal((int)MathF.Ceiling(Example.Height * scale), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }

    [Fact]
    public void Text_is_drawn_in_the_bundled_font_and_not_left_out()
    {
        // The same figure with other words has other pixels.
        Figure other = new HeatMap { Title = "An exception", Rows = ["a"], Columns = ["b"], Values = [[1.0]], Unit = "unit" }.Draw();
        Assert.NotEqual(Example.ToPng(), other.ToPng());
        Assert.All(Svg.Elements(Example.ToSvg(), "text"), text => Assert.StartsWith("Liberation Sans, ", text.Attribute("font-family")!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void An_SVG_scales_and_holds_no_bitmap()
    {
        string svg = Example.ToSvg();
        Assert.Contains($"viewBox=\"0 0 {Example.Width} {Example.Height}\"", svg, StringComparison.Ordinal);
        Assert.Empty(Svg.Elements(svg, "image"));
        Assert.Same(svg, Example.ToSvg());
    }

    [Fact]
    public void Saving_replaces_a_file_whole()
    {
        using TempFolder folder = new();
        foreach (string name in (string[])["figure.png", "figure.SVG"])
        {
            string path = Path.Combine(folder.Path, name);
            File.WriteAllText(path, new string('x', 1_000_000));
            Example.Save(path);
            Assert.Equal(name == "figure.png" ? Example.ToPng().Length : Example.ToSvg().Length, new FileInfo(path).Length);
        }

        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Contains(".gif", Assert.Throws<ArgumentException>(() => Example.Save("figure.gif")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Example.ToPng(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Example.ToPng(float.NaN));
        Assert.ThrowsAny<IOException>(() => Example.Save(Path.Combine("no", "such", "folder", "figure.png")));
    }
}
