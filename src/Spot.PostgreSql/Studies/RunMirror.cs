using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Spot.Tuning;

namespace Spot.PostgreSql;

/// <summary>Folders on this machine of runs under way, whose checkpoints go to the database when they are new.</summary>
internal sealed class RunMirror(StudyTable table, string folder, ILogger logger)
{
    private const long MostBytes = 64L << 20; // of a whole model's run a checkpoint is larger: another machine begins it anew
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTime> _kept = new(StringComparer.Ordinal); // when the file was written that was kept last
    private long? _failed;

    /// <summary>The folder of a unit's run, as the database knows it.</summary>
    internal async Task<string> OpenAsync(string unit, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> checkpoints = await table.ReadCheckpointsAsync(unit, cancellationToken).ConfigureAwait(false);
        string path = Remove(unit);
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
            foreach (string file in Directory.EnumerateFiles(path, RunFolder.CheckpointName, SearchOption.AllDirectories).Where(file => new FileInfo(file).Length <= MostBytes))
            {
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

    private string Of(string unit) => Path.Combine(folder, unit);

    // A database must not choose where on this machine something is written.
    private string Checked(string unit, string name) =>
        name.Split('/') is [.. string[] folders, RunFolder.CheckpointName] && folders.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            ? name
            : throw new InvalidDataException($"{table.Locate(unit)}: found the checkpoint '{name}', expected a '{RunFolder.CheckpointName}' in the run's folder. Delete its row in study_checkpoints.");
}
