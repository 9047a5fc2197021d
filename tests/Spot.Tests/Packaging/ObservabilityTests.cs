using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Spot.Inference;

namespace Spot.Tests.Packaging;

/// <summary>The tables of docs/observability.md say what the code logs, measures and traces.</summary>
public class ObservabilityTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(TestPaths.RepositoryRoot, "docs", "observability.md"));

    [Fact]
    public void Every_log_message_is_listed_below_its_categories()
    {
        Assert.NotEmpty(Telemetry.Logs);
        List<string> expected = [];
        foreach ((string[] categories, LoggerMessageAttribute[] events) in Telemetry.Logs)
        {
            Assert.NotEmpty(categories);
            expected.AddRange(events.Select(message => $"### {Code(categories)} | {message.EventId} | {message.Level} | `{message.Message}` |"));
        }

        Same(expected, BelowHeadings(Section("## Logs")), line => char.IsAsciiDigit(line[line.IndexOf('|', StringComparison.Ordinal) + 2]));
    }

    [Fact]
    public void An_id_is_one_message_of_its_category() => Assert.All(
        Telemetry.Logs, room => Assert.Equal(room.Events.Select(message => message.EventId).Distinct(), room.Events.Select(message => message.EventId)));

    [Fact]
    public void Every_instrument_is_listed_with_unit_and_tags()
    {
        (HashSet<string> names, _, Dictionary<string, SortedSet<string>> tags) = Telemetry.Read();
        Instrument[] instruments = Telemetry.Instruments;
        Assert.Equal(names.Order(StringComparer.Ordinal), instruments.Select(instrument => instrument.Name).Order(StringComparer.Ordinal)); // none outside a static field
        Assert.All(instruments, instrument => Assert.Equal("Spot", instrument.Meter.Name));
        Same(
            instruments.Select(instrument =>
                $"| `{instrument.Name}` | {Kind(instrument)} | `{instrument.Unit}` |{Cell(tags.GetValueOrDefault(Telemetry.FieldOf(instrument)) ?? [])}| {instrument.Description} |"),
            Section("## Metrics"), line => line.StartsWith("| `", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_activity_is_listed_with_its_tags()
    {
        (_, Dictionary<string, SortedSet<string>> activities, _) = Telemetry.Read();
        Assert.All(Telemetry.Sources, source => Assert.Equal("Spot", source.Name));
        Assert.Contains("spot.tune", activities.Keys);
        Same(
            activities.Where(activity => activity.Key != nameof(InferenceTrace)).Select(activity => $"| `{activity.Key}` |{Cell(activity.Value)}|"),
            Section("## Activities"), line => line.StartsWith("| `", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_tag_of_a_request_is_listed() => Same(
        Telemetry.Read().Activities[nameof(InferenceTrace)].Select(tag => $"| `{tag}` |"),
        Section("## Activities of requests").Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line[..(line.IndexOf('|', 1) + 1)]), _ => true);

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToLowerInvariant();

    private static string Code(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static string Cell(SortedSet<string> names) => names.Count == 0 ? " " : $" {Code(names)} ";

    // Rows with the heading that they stand below.
    private static IEnumerable<string> BelowHeadings(IEnumerable<string> section)
    {
        string heading = "";
        foreach (string line in section)
        {
            heading = line.StartsWith("### ", StringComparison.Ordinal) ? line : heading;
            if (line.StartsWith('|'))
            {
                yield return $"{heading} {line}";
            }
        }
    }

    private static IEnumerable<string> Section(string heading) =>
        Lines.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));

    private static void Same(IEnumerable<string> expected, IEnumerable<string> section, Func<string, bool> isEntry)
    {
        string[] code = [.. expected], document = [.. section.Where(isEntry)];
        Assert.True(
            code.Order(StringComparer.Ordinal).SequenceEqual(document.Order(StringComparer.Ordinal), StringComparer.Ordinal),
            $"docs/observability.md lacks:\n{string.Join('\n', code.Except(document))}\nand has of nothing in the code:\n{string.Join('\n', document.Except(code))}");
    }
}
