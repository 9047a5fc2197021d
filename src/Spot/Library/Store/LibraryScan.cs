using System.Collections.Immutable;

namespace Spot.Library;

/// <summary>Reads what a folder holds; what cannot be used becomes a problem and does not disturb the rest.</summary>
internal sealed class LibraryScan
{
    private const int ReportEvery = 100;
    private readonly LibraryFolder _folder;
    private readonly IReadOnlySet<string> _unfinished;
    private readonly Dictionary<string, LibraryEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, LibraryProblem> _damaged = new(StringComparer.Ordinal);
    private readonly List<LibraryProblem> _others = [];
    private string? _backbone;
    private int? _dim;

    private LibraryScan(LibraryFolder folder, IReadOnlySet<string> unfinished)
    {
        _folder = folder;
        _unfinished = unfinished;
    }

    /// <summary>Reads a folder; one that does not exist is an empty library.</summary>
    /// <exception cref="IOException">The path is a file, or the folder cannot be read.</exception>
    /// <exception cref="SpotException">The folder was written by a newer version.</exception>
    internal static LibraryState Run(LibraryFolder folder, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        if (File.Exists(folder.Path))
        {
            throw new IOException($"'{folder.Path}': found a file, expected a folder or nothing. A prompt library is a folder; give another path.");
        }

        while (true)
        {
            long stamp = folder.Stamp();
            LibraryScan scan = new(folder, ImportJournal.ReadIds(folder));
            if (Directory.Exists(folder.Path))
            {
                scan.ReadHeader();
                scan.ReadFiles(progress, cancellationToken);
            }

            // An import that began or ended meanwhile was perhaps seen in part.
            if (scan._unfinished.SetEquals(ImportJournal.ReadIds(folder)))
            {
                return scan.Result(stamp);
            }
        }
    }

    private LibraryState Result(long stamp)
    {
        if (_unfinished.Count > 0)
        {
            AddOther(
                Path.GetRelativePath(_folder.Path, _folder.JournalPath),
                $"found an import of {_unfinished.Count} records that is under way or was interrupted; they are not used. If it was interrupted, the next change of the library undoes it.");
        }

        return new LibraryState(
            _backbone,
            _dim,
            _entries.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase),
            _damaged.ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. _others],
            _damaged.Count + _others.Count == 0 ? stamp : IndexHead.NoStamp,
            View: null);
    }

    private void ReadHeader()
    {
        try
        {
            LibraryHeader? header = _folder.ReadJson(LibraryFolder.HeaderName, LibraryJson.Files.LibraryHeader);
            if (header?.Format > LibraryFolder.Format)
            {
                throw new SpotException(
                    $"'{_folder.Path}': found a prompt library of format {header.Format}, expected {LibraryFolder.Format}. Use the version of Spot that wrote it, or a newer one.");
            }

            _backbone = header?.Backbone;
        }
        catch (InvalidDataException exception)
        {
            AddOther(LibraryFolder.HeaderName, exception.Message);
        }
    }

    private void ReadFiles(IProgress<int>? progress, CancellationToken cancellationToken)
    {
        int read = 0;
        List<string> payloads = [];
        foreach (string path in Directory.EnumerateFiles(_folder.Path).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string file = Path.GetFileName(path);
            if (file.StartsWith('.') || file.EndsWith(".tmp", StringComparison.Ordinal) || file == LibraryFolder.HeaderName)
            {
                continue;
            }

            if (file.EndsWith(LibraryFolder.SidecarExtension, StringComparison.Ordinal))
            {
                ReadSidecar(file);
                if (++read % ReportEvery == 0)
                {
                    progress?.Report(read);
                }
            }
            else if (file.EndsWith(LibraryFolder.PayloadExtension, StringComparison.Ordinal))
            {
                payloads.Add(file);
            }
            else
            {
                AddOther(file, "found a file that is none of a prompt library's. Move it elsewhere.");
            }
        }

        progress?.Report(read);
        ReportLeftovers(payloads);
    }

    private void ReadSidecar(string file)
    {
        string id = file[..^LibraryFolder.SidecarExtension.Length];
        try
        {
            PromptId.Check(id);
        }
        catch (ArgumentException)
        {
            AddOther(file, "found a name that is no id of a prompt. Move the file elsewhere.");
            return;
        }

        try
        {
            if (!_unfinished.Contains(id) && _folder.ReadJson(file, LibraryJson.Files.Sidecar) is Sidecar sidecar)
            {
                LibraryEntry entry = SidecarValidator.Check(_folder, id, sidecar, _backbone, _dim);
                _entries.Add(id, _entries.ContainsKey(id) ? throw Twin(file) : entry);
                _backbone ??= sidecar.Backbone;
                _dim ??= sidecar.Dim;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string path = _folder.PathOf(file);
            string message = exception is InvalidDataException ? exception.Message : $"{path}: {exception.Message}";
            _damaged.Add(id, new LibraryProblem(path, message));
        }
    }

    private InvalidDataException Twin(string file) => new(
        $"{_folder.PathOf(file)}: found an id that differs from another one only by case, expected distinct ones. Correct the file, or remove it.");

    private void ReportLeftovers(List<string> payloads)
    {
        HashSet<string> used = [.. _entries.Values.Select(entry => entry.Payload)];
        foreach (string payload in payloads)
        {
            if (!used.Contains(payload) && !_damaged.Keys.Concat(_unfinished).Any(id => PromptId.IsPayload(id, payload)))
            {
                AddOther(payload, "found numbers that no record refers to, left by an interrupted writer or of another origin. Remove the file.");
            }
        }
    }

    private void AddOther(string file, string message)
    {
        string path = _folder.PathOf(file);
        _others.Add(new LibraryProblem(path, message.StartsWith(path, StringComparison.Ordinal) ? message : $"{path}: {message}"));
    }
}
