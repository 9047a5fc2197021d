using Spot.Plots.Report;
using Spot.Serialization;
using Spot.Studies;

namespace Spot.Plots;

/// <summary>The same study on models of several sizes: methods against parameters (SPoT, figure 2), as figures and as a table. Safe for concurrent calls.</summary>
/// <remarks>
/// Test scores, where all studies have them. Of transfers from single tasks the one is shown whose change on validation examples is largest in the mean over
/// the studies; mixtures are shown all. Where a run of a method is missing, or a study is without the method, there is no mark.
/// </remarks>
public static class StudySweep
{
    /// <summary>The table's file name.</summary>
    public const string TableName = "sweep.md";

    /// <summary>Draws the methods against parameters.</summary>
    /// <param name="studies">The studies, at least one, in any order.</param>
    /// <param name="suite">The name of the suite of targets; null for the first.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is no study or no such suite, a name is there twice, a number of parameters is not above 0, or the studies are not on the same targets.</exception>
    public static Figure Draw(IReadOnlyList<SweepStudy> studies, string? suite = null)
    {
        ArgumentNullException.ThrowIfNull(studies);
        return new SweepContent(studies).Draw(suite);
    }

    /// <summary>Writes a figure of every suite, as PNG and as SVG, and the table.</summary>
    /// <param name="studies">The studies, at least one, in any order.</param>
    /// <param name="folder">Where the files go; made if it is not there.</param>
    /// <returns>The full paths of the files, the table first.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Draw"/>.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(IReadOnlyList<SweepStudy> studies, string folder)
    {
        ArgumentNullException.ThrowIfNull(studies);
        ArgumentNullException.ThrowIfNull(folder);
        SweepContent content = new(studies);
        string root = Directory.CreateDirectory(folder).FullName;
        List<string> files = [Path.Combine(root, TableName)];
        AtomicFile.WriteText(files[0], content.ToMarkdown());
        foreach ((int i, StudySuite suite) in content.Suites.Index())
        {
            Figure figure = content.Draw(suite.Name);
            foreach (string ending in (string[])[".png", ".svg"])
            {
                files.Add(Path.Combine(root, FormattableString.Invariant($"sweep{(i == 0 ? "" : $"-{i + 1}")}{ending}")));
                figure.Save(files[^1]);
            }
        }

        return files;
    }
}
