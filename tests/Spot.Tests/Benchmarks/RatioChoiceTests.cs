using Spot.Benchmarks;

namespace Spot.Tests.Benchmarks;

public class RatioChoiceTests
{
    private static readonly string[] All = ["step.small", "step.small.dropout", "step.base", "decode.small", "search.100k", "library.open.1m"];

    [Theory]
    [InlineData("", "step.small step.small.dropout step.base decode.small search.100k library.open.1m")]
    [InlineData("decode search", "decode.small search.100k")]
    [InlineData("search decode", "decode.small search.100k")]
    [InlineData("step.small", "step.small step.small.dropout")]
    [InlineData("step.small.dropout", "step.small.dropout")]
    [InlineData("step.small.memory", "step.small")]
    [InlineData("step.small.dropout.memory", "step.small.dropout")]
    [InlineData("search.100k.exact library.open.1m.add", "search.100k library.open.1m")]
    public void Only_the_figures_of_the_wanted_lines_are_measured(string prefixes, string figures) =>
        Assert.Equal(Split(figures), RatioChoice.Figures(All, Split(prefixes)));

    [Theory]
    [InlineData("search.100k.exact", "search.100k", true)]
    [InlineData("search.100k.exact", "search.100k.exact", true)]
    [InlineData("search.100k.batch", "search.100k.exact", false)]
    [InlineData("search.100k.batch", "decode sea", true)]
    [InlineData("search.100k.batch", "", true)]
    public void Only_the_wanted_lines_are_shown(string line, string prefixes, bool shown) => Assert.Equal(shown, RatioChoice.Shows(line, Split(prefixes)));

    [Theory]
    [InlineData("serch search", "No line begins with 'serch'; the figures are step.small, step.small.dropout,")]
    [InlineData("search.100kx stop", "No line begins with 'search.100kx' or 'stop'; the figures are")]
    public void An_unknown_name_is_refused_with_the_known_ones(string prefixes, string problem) =>
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => RatioChoice.Figures(All, Split(prefixes))).Message, StringComparison.Ordinal);

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
