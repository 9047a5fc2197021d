using System.Collections.Immutable;

namespace Spot.Library;

/// <summary>Reads what a folder holds; what cannot be used becomes a problem and does not disturb the rest.</summary>
internal sealed class LibraryScan
{
    private readonly LibraryFolder _folder;
    private readonly SortedDictionary<string, LibraryEntry> _entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LibraryProblem> _damaged = new(StringComparer.Ordinal);
    private readonly List<LibraryProblem> _others = [];
    private readonly HashSet<string> _ids = new(StringComparer.OrdinalIgnoreCase);
    private string? _backbone;
    private int? _dim;

    private LibraryScan(LibraryFolder folder) => _folder = folder;

    /// <summary>Reads a folder; one that does not exist is an empty library.</summary>
    /// <exception cref="IOException">The path is a file, or the folder cannot be read.</exception>
    /// <exception cref="SpotException">The folder was written by a newer version.</exception>
    internal static LibraryState Run(LibraryFolder folder, CancellationToken cancellationToken)
    {
        if (File.Exists(folder.Path))
        {
            throw new IOException($"'{folder.Path}': found a file, expected a folder or nothing. A prompt library is a folder; give another path.");
        }

        LibraryScan scan = new(folder);
        if (Directory.Exists(folder.Path))
        {
            scan.ReadHeader();
            scan.ReadFiles(cancellationToken);
        }

        return new LibraryState(
            scan._backbone,
            scan._entries.ToImmutableSortedDictionary(StringComparer.Ordinal),
            scan._damaged.ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. scan._others]);
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

    private void ReadFiles(CancellationToken cancellationToken)
    {
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
            if (_folder.ReadJson(file, LibraryJson.Files.Sidecar) is Sidecar sidecar)
            {
                _entries.Add(id, Check(id, sidecar));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string path = _folder.PathOf(file);
            string message = exception is InvalidDataException ? exception.Message : $"{path}: {exception.Message}";
            _damaged.Add(id, new LibraryProblem(path, message));
        }
    }

    /// <summary>Checks a sidecar against its name, its library and its payload's presence.</summary>
    private LibraryEntry Check(string id, Sidecar sidecar)
    {
        string? wrong = sidecar.Format != LibraryFolder.Format ? $"format {sidecar.Format}, expected {LibraryFolder.Format}: use the version of Spot that wrote it"
            : sidecar.Id != id ? $"the id '{sidecar.Id}', expected '{id}' as the file is called"
            : !_ids.Add(id) ? "an id that differs from another one only by case, expected distinct ones"
            : !IsHash(sidecar.Sha256) ? $"the sha256 '{sidecar.Sha256}', expected 64 hexadecimal digits"
            : sidecar.Payload != LibraryFolder.PayloadName(id, sidecar.Sha256) ? $"the payload '{sidecar.Payload}', expected '{LibraryFolder.PayloadName(id, sidecar.Sha256)}'"
            : sidecar.Length < 1 || sidecar.Dim < 1 ? $"a prompt of {sidecar.Length} x {sidecar.Dim}, expected at least 1 x 1"
            : string.IsNullOrWhiteSpace(sidecar.Backbone) || string.IsNullOrWhiteSpace(sidecar.Task) ? "an empty backbone or task, expected both"
            : _backbone is not null && sidecar.Backbone != _backbone ? $"the backbone '{sidecar.Backbone}', expected the library's '{_backbone}'"
            : _dim is not null && sidecar.Dim != _dim ? $"the width {sidecar.Dim}, expected the library's {_dim}"
            : sidecar.Lineage.Contains(null!) || !sidecar.Metrics.Values.All(double.IsFinite) ? "a lineage or metrics with gaps, expected texts and finite numbers"
            : null;
        if (wrong is not null)
        {
            throw new InvalidDataException($"{_folder.PathOf(id + LibraryFolder.SidecarExtension)}: found {wrong}. Correct the file, or remove it.");
        }

        string payload = _folder.PathOf(sidecar.Payload);
        if (!File.Exists(payload))
        {
            throw new InvalidDataException(
                $"{payload}: found no file, expected the numbers of record '{id}'. Restore it, or add the record again with replace.");
        }

        _backbone ??= sidecar.Backbone;
        _dim ??= sidecar.Dim;
        return new LibraryEntry(sidecar.ToInfo(), sidecar.Payload, sidecar.Sha256);
    }

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private void ReportLeftovers(List<string> payloads)
    {
        HashSet<string> used = [.. _entries.Values.Select(entry => entry.Payload)];
        foreach (string payload in payloads)
        {
            if (!used.Contains(payload) && !_damaged.Keys.Any(id => PromptId.IsPayload(id, payload)))
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
