using Spot.Library;
using Spot.Serialization;

namespace Spot.Studies;

/// <summary>A study on disk: a library of source prompts, one of the targets' embeddings, a file for every unit that is done, a folder for every run under way.</summary>
/// <remarks>A unit's file is written last and whole, so that it stands for all that the unit made. Folders of the same study can be put together.</remarks>
internal sealed class StudyFolder : IStudyStore
{
    private readonly PromptLibrary _library, _embeddings;

    /// <param name="folder">The folder; made when something is written.</param>
    /// <param name="backbone">The fingerprint of what computes.</param>
    /// <exception cref="SpotException">The folder's prompts belong to another backbone.</exception>
    public StudyFolder(string folder, string backbone)
    {
        Name = Path.GetFullPath(folder);
        _library = PromptLibrary.Open(Path.Combine(Name, "library"), backbone);
        try
        {
            _embeddings = PromptLibrary.Open(Path.Combine(Name, "embeddings"), backbone);
        }
        catch
        {
            _library.Dispose();
            throw;
        }
    }

    /// <summary>The folder.</summary>
    public string Name { get; }

    public string Locate(string unit) => Path.Combine(Name, "units", unit + ".json");

    public Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyCollection<string> units, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> found = [];
        foreach (string unit in units)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Locate(unit);
            if (File.Exists(path))
            {
                found[unit] = File.ReadAllBytes(path);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, byte[]>>(found);
    }

    public async Task WriteAsync(string unit, byte[] content, StudyPrompt? prompt, bool replace, CancellationToken cancellationToken)
    {
        if (prompt is not null)
        {
            await Library(prompt.Kind).AddAsync(prompt.Record, replace: true, cancellationToken).ConfigureAwait(false);
        }

        Directory.CreateDirectory(Path.Combine(Name, "units"));
        AtomicFile.Write(Locate(unit), stream => stream.Write(content));
        RemoveRun(unit);
    }

    public async Task<IPromptLibrary> OpenPromptsAsync(StudyPromptKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        PromptLibrary library = Library(kind);
        if (ids.Except(await IdsAsync(library, cancellationToken).ConfigureAwait(false)).Any())
        {
            await library.RefreshAsync(cancellationToken).ConfigureAwait(false); // another shard has added to it
        }

        return library;
    }

    public Task<string> OpenRunAsync(string unit, CancellationToken cancellationToken) => Task.FromResult(RunPath(unit));

    public void KeepRun(string unit)
    {
        // it is where it is kept
    }

    /// <summary>Takes over from another folder of the study what this one lacks.</summary>
    public async Task MergeAsync(StudyFolder other, CancellationToken cancellationToken)
    {
        await CopyAsync(other._library, _library, cancellationToken).ConfigureAwait(false);
        await CopyAsync(other._embeddings, _embeddings, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(Name, "units"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(other.Name, "units"), "*.json"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            AtomicFile.Write(Path.Combine(Name, "units", Path.GetFileName(file)), stream => stream.Write(bytes), overwrite: false);
        }
    }

    public void Dispose()
    {
        _library.Dispose();
        _embeddings.Dispose();
    }

    private PromptLibrary Library(StudyPromptKind kind) => kind == StudyPromptKind.Source ? _library : _embeddings;

    private string RunPath(string unit) => Path.Combine(Name, "runs", unit);

    private void RemoveRun(string unit)
    {
        try
        {
            Directory.Delete(RunPath(unit), recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // absent, or in use: it costs room and nothing else
        }
    }

    private static async Task<HashSet<string>> IdsAsync(PromptLibrary library, CancellationToken cancellationToken) =>
        await library.ListAsync(cancellationToken).Select(info => info.Id).ToHashSetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);

    private static async Task CopyAsync(PromptLibrary from, PromptLibrary to, CancellationToken cancellationToken)
    {
        HashSet<string> there = await IdsAsync(to, cancellationToken).ConfigureAwait(false);
        await foreach (PromptInfo info in from.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!there.Contains(info.Id) && await from.GetAsync(info.Id, cancellationToken).ConfigureAwait(false) is { } record)
            {
                await to.AddAsync(record, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
