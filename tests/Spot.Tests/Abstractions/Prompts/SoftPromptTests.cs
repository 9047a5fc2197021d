namespace Spot.Tests.Abstractions;

public class SoftPromptTests
{
    [Fact]
    public void Holds_rows_in_order()
    {
        SoftPrompt prompt = new(2, 3, [1, 2, 3, 4, 5, 6], "b");
        Assert.Equal((2, 3, "b"), (prompt.Length, prompt.Dim, prompt.BackboneFingerprint));
        Assert.Equal([4, 5, 6], prompt.Row(1).ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], prompt.Values.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => { prompt.Row(2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { prompt.Row(-1); });
    }

    [Fact]
    public void Keeps_its_values_when_the_source_changes()
    {
        float[] source = [1, 2];
        SoftPrompt prompt = new(1, 2, source, "b");
        source[0] = 9;
        Assert.Equal([1, 2], prompt.Values.ToArray());
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Refuses_what_is_not_finite_and_says_where(float value, string shown)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SoftPrompt(2, 3, [1, 2, 3, 4, value, 6], "b"));
        Assert.Contains($"row 1, column 1 is {shown}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_wrong_number_of_values()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SoftPrompt(2, 3, new float[5], "b"));
        Assert.Contains("2 x 3 has 6 values, but 5 were given", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new SoftPrompt(65536, 65536, [], "b")); // 2^32 values, 0 in 32 bits
        Assert.Contains("4294967296 values, but 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_dimensions_below_one_and_an_empty_fingerprint()
    {
        Assert.Throws<ArgumentOutOfRangeException>("length", () => new SoftPrompt(0, 3, [], "b"));
        Assert.Throws<ArgumentOutOfRangeException>("dim", () => new SoftPrompt(3, -1, [], "b"));
        Assert.Throws<ArgumentException>("backboneFingerprint", () => new SoftPrompt(1, 1, [1], " "));
        Assert.Throws<ArgumentNullException>("backboneFingerprint", () => new SoftPrompt(1, 1, [1], null!));
    }
}
