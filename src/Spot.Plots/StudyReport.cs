using Spot.Plots.Report;
using Spot.Serialization;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots;

/// <summary>Everything a study found, as files: figures in PNG and SVG, tables in Markdown, and one HTML page that holds it all and needs no network.</summary>
/// <remarks>Files appear whole or not at all; those of an earlier report are replaced. Safe for concurrent calls on different folders.</remarks>
public static class StudyReport
{
    /// <summary>The page's file name.</summary>
    public const string PageName = "report.html";

    /// <summary>The tables' file name.</summary>
    public const string TablesName = "tables.md";

    /// <summary>Writes the report.</summary>
    /// <param name="study">The study, finished or not; of a sweep the page has the tables of settings and no figures.</param>
    /// <param name="folder">Where the files go; made if it is not there.</param>
    /// <param name="title">The heading; null for a general one.</param>
    /// <param name="description">A sentence on what was run, below the heading; null for none.</param>
    /// <param name="facts">What else a reader wants to know of the run, such as date, device, duration and command: a name and a value each; null for none.</param>
    /// <returns>The full paths of the files, the page first.</returns>
    /// <exception cref="ArgumentException">The study has no target, or neither sources nor settings.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        StudyResult study, string folder, string? title = null, string? description = null, IReadOnlyList<(string Name, string Value)>? facts = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(folder);
        if (study.Targets.Count == 0 || (study.Sources.Count == 0 && study.Settings.Count == 0))
        {
            throw new ArgumentException($"The study has {study.Sources.Count} sources, {study.Targets.Count} targets and no settings, expected at least one target and sources or settings.", nameof(study));
        }

        ReportContent content = new(study, title ?? (study.Sources.Count > 0 ? "Soft prompt transfer: which tasks help which" : "Tuning sweep: which settings suit"), description, facts);
        string root = Directory.CreateDirectory(folder).FullName;
        List<string> files = [Save(root, PageName, content.ToHtml()), Save(root, TablesName, content.ToMarkdown())];
        foreach ((string name, Figure figure) in content.Figures)
        {
            foreach (string ending in (string[])[".png", ".svg"])
            {
                files.Add(Path.Combine(root, name + ending));
                figure.Save(files[^1]);
            }
        }

        return files;
    }

    private static string Save(string root, string name, string text)
    {
        string path = Path.Combine(root, name);
        AtomicFile.WriteText(path, text);
        return path;
    }
}
