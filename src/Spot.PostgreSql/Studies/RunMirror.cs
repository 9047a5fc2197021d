using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Spot.Tuning;

namespace Spot.PostgreSql;

/// <summary>Folders on this machine of runs under way, whose checkpoints go to the database when they are new.</summary>
internal sealed class RunMirror(StudyTable table, string folder, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTime> _kept = new(StringComparer.Ordinal); // when the file was written that was kept last
    private readonly HashSet<string> _large = new(StringComparer.Ordinal); // of which it was said that they stay here
    private long? _failed;

    /// <summary>The largest checkpoint that goes to the database. Of a whole model's run it is larger: another machine begins it anew.</summary>
    internal long MostBytes { get; set; } = 64L << 20;

    /// <summary>The folder of a unit's run, as the database knows it.</summary>
    internal async Task<string> OpenAsync(string unit, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> checkpoints = await table.ReadCheckpointsAsync(unit, cancellationToken).ConfigureAwait(false);
        string path = Of(unit);
        if (checkpoints.Count == 0 && Files(path).Any(IsLarge))
        {
            return path; // begun here, of which the database knows nothing
        }

        Remove(unit);
        foreach ((string name, byte[] content) in checkpoints)
        {
            string file = Path.GetFullPath(Path.Combine(path, Checked(unit, name)));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                _kept[file] = File.GetLastWriteTimeUtc(file);
            }
        }

        return path;
    }

    /// <summary>Writes the checkpoints of a unit's run that are new.</summary>
    internal void Keep(string unit)
    {
        string path = Of(unit);
        if (_failed is { } failed && Stopwatch.GetElapsedTime(failed) < Pause)
        {
            return;
        }

        try
        {
            foreach (string file in Files(path))
            {
                if (IsLarge(file))
                {
                    SayLarge(unit, file);
                    continue;
                }

                DateTime written = File.GetLastWriteTimeUtc(file);
                lock (_lock)
                {
                    if (_kept.GetValueOrDefault(file) == written)
                    {
                        continue;
                    }
                }

                table.WriteCheckpoint(unit, Path.GetRelativePath(path, file).Replace('\\', '/'), File.ReadAllBytes(file));
                lock (_lock)
                {
                    _kept[file] = written;
                }
            }

            _failed = null;
        }
        catch (DirectoryNotFoundException)
        {
            // the run has not begun
        }
        catch (NpgsqlException exception)
        {
            _failed = Stopwatch.GetTimestamp();
            StudyStoreLog.CheckpointFailed(logger, table.Locate(unit), exception);
        }
    }

    /// <summary>Removes the folder of a run that is done or begins.</summary>
    /// <returns>Its path.</returns>
    internal string Remove(string unit)
    {
        string path = Of(unit);
        lock (_lock)
        {
            Array.ForEach([.. _kept.Keys.Where(file => file.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal))], file => _kept.Remove(file));
        }

        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return path;
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, RunFolder.CheckpointName, SearchOption.AllDirectories) : [];

    private bool IsLarge(string file) => new FileInfo(file) is { Exists: true } info && info.Length > MostBytes;

    private void SayLarge(string unit, string file)
    {
        lock (_lock)
        {
            if (!_large.Add(file))
            {
                return;
            }
        }

        StudyStoreLog.CheckpointStays(logger, table.Locate(unit), new FileInfo(file).Length >> 20);
    }

    private string Of(string unit) => Path.Combine(folder, unit);

    // A database must not choose where on this machine something is written.
    private string Checked(string unit, string name) =>
        name.Split('/') is [.. string[] folders, RunFolder.CheckpointName] && folders.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            ? name
            : throw new InvalidDataException($"{table.Locate(unit)}: found the checkpoint '{name}', expected a '{RunFolder.CheckpointName}' in the run's folder. Delete its row in study_checkpoints.");
}
