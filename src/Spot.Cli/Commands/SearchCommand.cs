using System.CommandLine;
using System.Globalization;
using Spot.Backbone;
using Spot.Library;
using Spot.Serialization;

namespace Spot.Cli;

/// <summary><c>spot search</c>: finds the prompts whose tasks are like a task.</summary>
internal sealed class SearchCommand : ToolCommand
{
    private readonly TaskChoice _task = new("A task folder, which is embedded first; not with --embedding or --like");
    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly TuningSettings _tuning = new(nameof(TuningOptions.Steps));
    private readonly LibraryOptions _search = LibraryOptions.Of<PromptSearchOptions>();
    private readonly Option<string?> _embedding = new("--embedding") { HelpName = "FILE", Description = "A task embedding that 'spot embed' wrote" };
    private readonly Option<string?> _like = new("--like") { HelpName = "ID", Description = "A prompt of the library, whose task is searched for" };
    private readonly Option<string?> _family = new("--family") { HelpName = "NAME", Description = "Only prompts of this family of tasks" };

    public SearchCommand(Terminal terminal)
        : base("search", "Find the prompts of a library whose tasks are most like a task.", terminal)
    {
        Add(_task);
        Options.Add(_embedding);
        Options.Add(_like);
        Options.Add(_family);
        Add(_library);
        Add(_search);
        Add(_model);
        Add(_tuning);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        PromptSearchOptions options = new();
        _search.Apply(call.Parsed, options);
        options.Filter = call.Parsed.GetValue(_family) is { } family ? info => info.Family == family : null;
        using PromptLibrary library = _library.OpenExisting(call);
        TaskEmbedding query = await QueryAsync(call, library, cancellationToken);
        IReadOnlyList<PromptMatch> matches = await library.SearchAsync(query, options, cancellationToken);
        call.Result(
            new { task = query.Task, query.Step, matches = matches.Select(match => new { match.Info.Id, match.Info.Task, match.Info.Family, match.Similarity, match.ComparedBy, match.Info.Metrics }) },
            () => call.Table(
                ["prompt", "task", "family", ">similarity", "compared by"],
                matches.Select(match => (string[])[match.Info.Id, match.Info.Task, match.Info.Family ?? "", match.Similarity.ToString("F3", CultureInfo.InvariantCulture), match.ComparedBy.ToString()])));
        if (matches.Count == 0)
        {
            call.Tell($"The library '{library.Folder}' has no prompt with a task embedding{(options.Filter is null ? "" : " of that family")}. Prompts have one whose run reached --embedding-step.");
        }

        call.Next($"spot transfer {(_task.Data(call.Parsed) is { } data ? Shell.Quote(data) : "DATA")} --k {options.K}{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }

    private async Task<TaskEmbedding> QueryAsync(Call call, PromptLibrary library, CancellationToken cancellationToken)
    {
        string? file = call.Parsed.GetValue(_embedding), like = call.Parsed.GetValue(_like), data = _task.Data(call.Parsed);
        string[] given = [.. new[] { data is null ? null : "DATA", file is null ? null : _embedding.Name, like is null ? null : _like.Name }.OfType<string>()];
        if (given.Length != 1)
        {
            throw new ArgumentException($"Found {(given.Length == 0 ? "nothing to search for" : string.Join(" and ", given))}, expected one of DATA, {_embedding.Name} and {_like.Name}.");
        }

        if (file is not null)
        {
            return TaskEmbeddingFile.Read(file);
        }

        if (like is not null)
        {
            PromptRecord record = await library.GetAsync(like, cancellationToken) ?? throw new ArgumentException($"The library '{library.Folder}' has no prompt '{like}'. 'spot library list' says what it holds.");
            return record.Embedding ?? throw new ArgumentException($"The prompt '{like}' has no task embedding, so nothing can be compared with it.");
        }

        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        return await NewPrompt.EmbedAsync(call, backbone, task, _tuning.Read(call.Parsed, _model), cancellationToken);
    }
}
