using System.Text.Json;
using Spot.Library;
using Spot.Serialization;

namespace Spot.Studies;

/// <summary>A study on disk: a library of source prompts, one of the targets' embeddings, a file for every unit that is done, a folder for every run under way.</summary>
/// <remarks>A unit's file is written last and whole, so that it stands for all that the unit made. Folders of the same study can be put together.</remarks>
internal sealed class StudyFolder : IDisposable
{
    private readonly BackboneIdentity _backbone;

    /// <param name="folder">The folder; made when something is written.</param>
    /// <param name="backbone">What computes.</param>
    /// <exception cref="SpotException">The folder's prompts belong to another backbone.</exception>
    public StudyFolder(string folder, BackboneIdentity backbone)
    {
        Path = System.IO.Path.GetFullPath(folder);
        _backbone = backbone;
        Library = PromptLibrary.Open(System.IO.Path.Combine(Path, "library"), backbone.Fingerprint);
        try
        {
            Embeddings = PromptLibrary.Open(System.IO.Path.Combine(Path, "embeddings"), backbone.Fingerprint);
        }
        catch
        {
            Library.Dispose();
            throw;
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The source prompts with their keys.</summary>
    public PromptLibrary Library { get; }

    /// <summary>The targets' embeddings.</summary>
    public PromptLibrary Embeddings { get; }

    /// <summary>Reads what a unit gave.</summary>
    /// <returns>Null where the unit is not done, or was done with other source prompts than the plan has.</returns>
    /// <exception cref="SpotException">The unit was done otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public StudyRun? Read(StudyLayout layout, StudyUnit unit)
    {
        string path = UnitPath(unit.Name(layout));
        if (!File.Exists(path))
        {
            return null;
        }

        StudyUnitFile file;
        try
        {
            using FileStream stream = File.OpenRead(path);
            file = JsonSerializer.Deserialize(stream, StudyJson.Default.StudyUnitFile) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' is no whole unit of a study: {exception.Message} Delete it to have the unit done again.", exception);
        }

        if (StudyIdentity.Difference(file.Identity, StudyIdentity.Of(layout, unit, _backbone)) is { } difference)
        {
            throw new SpotException($"'{path}' is of another study: {difference}. Give every study a folder of its own, or delete the file to have the unit done again.");
        }

        return file.Sources.SequenceEqual(Sources(layout, unit), StringComparer.Ordinal) ? file.Run : null;
    }

    /// <summary>Marks a unit as done. Its run's folder is removed.</summary>
    public void Write(StudyLayout layout, StudyUnit unit, StudyRun run)
    {
        string path = UnitPath(unit.Name(layout));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        StudyUnitFile file = new(StudyIdentity.Of(layout, unit, _backbone), Sources(layout, unit), run);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, file, StudyJson.Default.StudyUnitFile));
        RemoveRun(layout, unit);
    }

    /// <summary>The folder of a unit's run.</summary>
    public string RunPath(StudyLayout layout, StudyUnit unit) => System.IO.Path.Combine(Path, "runs", unit.Name(layout));

    /// <summary>Removes the folder of a run that is done, if it is there.</summary>
    public void RemoveRun(StudyLayout layout, StudyUnit unit)
    {
        try
        {
            Directory.Delete(RunPath(layout, unit), recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // absent, or in use: it costs room and nothing else
        }
    }

    /// <summary>Takes over from another folder of the study what this one lacks.</summary>
    public async Task MergeAsync(string from, CancellationToken cancellationToken)
    {
        string units = System.IO.Path.Combine(System.IO.Path.GetFullPath(from), "units");
        if (!Directory.Exists(units))
        {
            throw new DirectoryNotFoundException($"'{from}' holds no study: no folder '{units}'.");
        }

        using StudyFolder other = new(from, _backbone);
        await CopyAsync(other.Library, Library, cancellationToken).ConfigureAwait(false);
        await CopyAsync(other.Embeddings, Embeddings, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "units"));
        foreach (string file in Directory.EnumerateFiles(units, "*.json"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            AtomicFile.Write(System.IO.Path.Combine(Path, "units", System.IO.Path.GetFileName(file)), stream => stream.Write(bytes), overwrite: false);
        }
    }

    public void Dispose()
    {
        Library.Dispose();
        Embeddings.Dispose();
    }

    private static async Task CopyAsync(PromptLibrary from, PromptLibrary to, CancellationToken cancellationToken)
    {
        HashSet<string> there = await to.ListAsync(cancellationToken).Select(info => info.Id).ToHashSetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await foreach (PromptInfo info in from.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!there.Contains(info.Id) && await from.GetAsync(info.Id, cancellationToken).ConfigureAwait(false) is { } record)
            {
                await to.AddAsync(record, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What an average or a mixture was chosen from: with more source prompts in the plan it has to be done again.
    private static string[] Sources(StudyLayout layout, StudyUnit unit) =>
        unit.Kind is StudyUnitKind.Average or StudyUnitKind.Mixture ? [.. layout.Eligible(unit.Target)] : [];

    private string UnitPath(string name) => System.IO.Path.Combine(Path, "units", name + ".json");
}
