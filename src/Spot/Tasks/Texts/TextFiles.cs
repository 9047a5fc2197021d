using System.Globalization;
using System.Text;

namespace Spot.Tasks;

/// <summary>Files of raw text as a source to tune on (C4 in SPoT §2.1.3): read on and on in constant memory, however large they are.</summary>
/// <remarks>
/// <para>A document is a row of a file (<see cref="DataFile"/>), of plain text a line. Four files are open at a time; of each so many documents come in a row, mixed
/// with those of the others and shuffled in windows of 512. Files take turns in proportion to their sizes, so that all come to their end about as often, and
/// begin again there; small files are read as one, up to a mebibyte. What a window holds follows from the files' names and sizes, the window's number and the seed alone; to read on after a stop, four
/// files are read up to their places.</para>
/// <para>Safe for concurrent calls, which wait for each other. Disposing closes the files; a later call opens them again.</para>
/// </remarks>
public sealed class TextFiles : IDocumentWindows, IDisposable
{
    private const int Lanes = 4;
    private const int Portion = 128; // documents of a window from one lane
    private const long Least = 1 << 20; // bytes that are worth a visit

    private readonly Lock _lock = new();
    private readonly TextVisits _visits;
    private readonly string[][] _groups;
    private readonly string _field;
    private readonly int _portions; // of a visit
    private readonly TextCursor?[] _cursors = new TextCursor?[Lanes];

    /// <summary>Takes files.</summary>
    /// <param name="files">The files, at least one.</param>
    /// <param name="field">The field of a row that holds the document.</param>
    /// <exception cref="ArgumentException">There is no file, or a name tells no format.</exception>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    public TextFiles(IReadOnlyList<string> files, string field = "text")
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentException.ThrowIfNullOrWhiteSpace(field);
        if (files.Count == 0)
        {
            throw new ArgumentException("Found no file, expected at least one with text.", nameof(files));
        }

        Files = [.. files.Select(Path.GetFullPath).Order(StringComparer.Ordinal)];
        _field = field;
        FileInfo[] infos = [.. Files.Select(Checked)];
        _groups = Groups(infos);
        long[] sizes = [.. _groups.Select(group => Math.Max(1, group.Sum(file => new FileInfo(file).Length)))];
        _visits = new TextVisits(sizes);
        long median = sizes.Order().ElementAt(sizes.Length / 2);
        _portions = (int)Math.Clamp(median / 4096 / Portion, 1, 32); // so that opening a large file and reading to a place is seldom
        StringBuilder identity = new("text files 1\n");
        foreach (FileInfo info in infos)
        {
            identity.Append(CultureInfo.InvariantCulture, $"{info.Name} {info.Length}\n");
        }

        Identity = identity.Append(field).ToString();
    }

    /// <summary>The files, whole paths in ordinal order.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The names and sizes of the files.</summary>
    public string Identity { get; }

    /// <summary>512.</summary>
    public int WindowSize => Lanes * Portion;

    /// <summary>A task on a folder of text, for example <c>c4</c> with the files of the data hub.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="folder">The folder. Files whose names hold <c>validation</c> or <c>dev</c> choose the best checkpoint; where there is none, the last one does.</param>
    /// <param name="field">The field of a row that holds the document.</param>
    /// <param name="validation">The most documents that choose the best checkpoint, the first ones.</param>
    /// <param name="objective">Prefix language modelling, SPoT's own, or span corruption.</param>
    /// <returns>The task; its documents are read when it is tuned on.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds fewer than two files with text.</exception>
    /// <exception cref="InvalidDataException">A file for validation is damaged.</exception>
    public static TextTask Task(string name, string folder, string field = "text", int validation = 512, TextObjective objective = TextObjective.PrefixLanguageModel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(validation, 1);
        string[] files = [.. Find(folder)];
        string[] heldOut = [.. files.Where(IsHeldOut)];
        heldOut = heldOut.Length > 0 ? heldOut : files[^Math.Min(1, files.Length)..];
        string[] train = [.. files.Except(heldOut)];
        if (train.Length == 0)
        {
            throw new FileNotFoundException(
                $"'{Path.GetFullPath(folder)}' holds {(files.Length == 0 ? "no file with text" : "one file with text")}; expected files such as train.jsonl or part-0.txt.gz, and another one for validation.");
        }

        TextFiles stream = new(train, field);
        IEnumerable<string> documents = heldOut.SelectMany(file => DataFile.Read(file)).Select(row => Fields.Text(row, field)).Take(validation);
        return TextTask.FromStream(name, stream, documents, objective);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Window(long number, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        (long round, long within) = Math.DivRem(number, _portions);
        string[] documents = new string[WindowSize];
        lock (_lock)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                (int group, long earlier) = _visits.Find((round * Lanes) + lane, seed);
                TextCursor cursor = Cursor(lane, _groups[group]);
                long first = ((earlier * _portions) + within) * Portion;
                for (int i = 0; i < Portion; i++)
                {
                    documents[(lane * Portion) + i] = cursor.Read(first + i);
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, documents.Length)];
        SplitMix64.For("text window", seed, number).Shuffle(order);
        return [.. order.Select(at => documents[at])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (TextCursor? cursor in _cursors)
            {
                cursor?.Dispose();
            }
        }
    }

    /// <summary>The files with text of a folder.</summary>
    internal static IEnumerable<string> Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No folder '{Path.GetFullPath(folder)}'. Expected one with files of text.");
        }

        // What describes data sets is JSON beside their files: task.json, meta.json, dataset_infos.json.
        return Directory.GetFiles(folder).Where(file => DataFile.IsKnown(file) && !file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
    }

    private static bool IsHeldOut(string file) => Path.GetFileName(file) is { } name && (name.Contains("validation", StringComparison.OrdinalIgnoreCase) || name.StartsWith("dev", StringComparison.OrdinalIgnoreCase));

    private static FileInfo Checked(string file)
    {
        DataFile.FormatOf(file);
        FileInfo info = new(file);
        return info.Exists ? info : throw new FileNotFoundException($"No file of text '{file}'.", file);
    }

    // The last small files join those before them.
    private static string[][] Groups(IEnumerable<FileInfo> files)
    {
        List<List<FileInfo>> groups = [];
        foreach (FileInfo file in files)
        {
            if (groups.Count == 0 || groups[^1].Sum(known => known.Length) >= Least)
            {
                groups.Add([]);
            }

            groups[^1].Add(file);
        }

        if (groups.Count > 1 && groups[^1].Sum(known => known.Length) < Least)
        {
            groups[^2].AddRange(groups[^1]);
            groups.RemoveAt(groups.Count - 1);
        }

        return [.. groups.Select(group => group.Select(file => file.FullName).ToArray())];
    }

    private TextCursor Cursor(int lane, string[] files)
    {
        if (_cursors[lane]?.Files != files)
        {
            _cursors[lane]?.Dispose();
            _cursors[lane] = new TextCursor(files, _field);
        }

        return _cursors[lane]!;
    }
}
