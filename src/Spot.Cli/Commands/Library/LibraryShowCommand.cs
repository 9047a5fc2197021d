using System.CommandLine;
using System.Globalization;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library show</c>: all that a library says of a prompt.</summary>
internal sealed class LibraryShowCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();
    private readonly Argument<string> _id = new("id") { HelpName = "ID", Description = "The prompt's id" };

    public LibraryShowCommand(Terminal terminal)
        : base("show", "Say all that a library knows of a prompt.", terminal)
    {
        Arguments.Add(_id);
        Add(_library);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.OpenExisting(call);
        string id = call.Parsed.GetValue(_id)!;
        PromptRecord record = await library.GetAsync(id, cancellationToken)
            ?? throw new ArgumentException($"The library '{library.Folder}' has no prompt '{id}'. 'spot library list' says what it holds.");
        call.Result(record.Info, () =>
        {
            foreach ((string name, string value) in Lines(record.Info).Where(line => line.Value.Length > 0))
            {
                call.Say($"{name,-20} {value}");
            }
        });
        call.Next($"spot predict {record.Info.Id} \"a text\"{_library.Again(call.Parsed)}", $"spot convert {record.Info.Id} {record.Info.Id}.npy{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Lines(PromptInfo info)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        yield return ("id", info.Id);
        yield return ("task", info.Task);
        yield return ("family", info.Family ?? "");
        yield return ("labels", string.Join(", ", info.Labels));
        yield return ("metrics", string.Join(", ", info.Metrics.Select(metric => string.Create(invariant, $"{metric.Key} {metric.Value:F1}"))));
        yield return ("shape", $"{info.Length} x {info.Dim}");
        yield return ("backbone", $"{info.BackboneName} {info.BackboneFingerprint}".Trim());
        yield return ("best at step", info.Step?.ToString(invariant) ?? "");
        yield return ("embedded at step", info.EmbeddingStep?.ToString(invariant) ?? "no: searches do not find it");
        yield return ("seed", info.Seed?.ToString(invariant) ?? "");
        yield return ("started from", string.Join(", ", info.Lineage));
        yield return ("input, target tokens", $"{info.MaxInputLength?.ToString(invariant)}, {info.MaxTargetLength?.ToString(invariant)}".Trim(',', ' '));
        yield return ("temperature", info.CalibrationTemperature?.ToString("F3", invariant) ?? "");
        yield return ("created", info.Created.ToString("u", invariant));
        yield return ("license", info.License ?? "");
        yield return ("note", info.Note ?? "");
        yield return ("options", string.Join(", ", info.Options.Select(option => $"{option.Key} {option.Value}")));
    }
}
