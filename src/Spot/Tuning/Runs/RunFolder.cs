using System.Collections.Immutable;
using System.Globalization;
using Spot.Serialization;

namespace Spot.Tuning;

/// <summary>The folder of a run: its checkpoint, those that are kept, its history, and a lock that keeps a second run out.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The name of the file that a run goes on from.</summary>
    public const string CheckpointName = "checkpoint.safetensors";

    /// <summary>The name of the run's log.</summary>
    public const string HistoryName = "history.jsonl";

    private const string KeptPrefix = "step-";
    private readonly string _checkpoint, _kept;
    private readonly FileStream _lock;
    private readonly IReadOnlyDictionary<string, string> _identity;
    private readonly IReadOnlyList<Parameter> _parameters;

    private RunFolder(string folder, IReadOnlyDictionary<string, string> identity, IReadOnlyList<Parameter> parameters)
    {
        _checkpoint = Path.Combine(folder, CheckpointName);
        _kept = Path.Combine(folder, "checkpoints");
        _identity = identity;
        _parameters = parameters;
        _lock = Lock(folder);
        try
        {
            foreach (string left in Directory.EnumerateFiles(folder, Path.GetFileName(_checkpoint) + ".*.tmp"))
            {
                File.Delete(left); // of a run that was killed while it wrote
            }

            bool begun = File.Exists(_checkpoint);
            State = begun ? RunCheckpoint.Read(_checkpoint, identity, parameters) : new RunState();
            History = new RunHistory(Path.Combine(folder, HistoryName), begun ? State.Step : -1);
            Drop(State.Step);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Where the run goes on from.</summary>
    public RunState State { get; }

    public RunHistory History { get; }

    /// <summary>Opens a run's folder and brings its parameters to where the checkpoint is.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="identity">What the run is.</param>
    /// <param name="parameters">What it trains.</param>
    /// <exception cref="IOException">The folder cannot be used, or another run uses it.</exception>
    /// <exception cref="SpotException">Its checkpoint is of another run.</exception>
    /// <exception cref="InvalidDataException">Its checkpoint is damaged.</exception>
    public static RunFolder Open(string folder, IReadOnlyDictionary<string, string> identity, IReadOnlyList<Parameter> parameters)
    {
        string full = Path.GetFullPath(folder);
        Directory.CreateDirectory(full);
        return new RunFolder(full, identity, parameters);
    }

    /// <summary>Replaces the checkpoint.</summary>
    public void Save(RunState state) => RunCheckpoint.Write(_checkpoint, _identity, _parameters, state);

    /// <summary>Writes what is trained to a file of its own, a prompt as a prompt's file.</summary>
    /// <param name="step">Steps done.</param>
    public void Keep(int step)
    {
        Directory.CreateDirectory(_kept);
        AtomicFile.Write(Path.Combine(_kept, $"{KeptPrefix}{step:D6}.safetensors"), stream => SafetensorsWriter.Write(
            stream,
            [.. _parameters.Select(parameter => SafetensorsEntry.Over(parameter.Name, ImmutableArray.Create(parameter.Shape), parameter.Read()))],
            new Dictionary<string, string> { [PromptTensors.BackboneKey] = _identity[RunIdentity.Backbone] }));
    }

    public void Dispose()
    {
        History.Dispose();
        _lock.Dispose();
    }

    // Later ones are of steps that will be done again, or of a run that is begun anew.
    private void Drop(int step)
    {
        foreach (string file in Directory.Exists(_kept) ? Directory.EnumerateFiles(_kept, KeptPrefix + "*.safetensors*") : [])
        {
            string number = Path.GetFileName(file)[KeptPrefix.Length..].Split('.')[0];
            if (file.EndsWith(".tmp", StringComparison.Ordinal) || (int.TryParse(number, CultureInfo.InvariantCulture, out int kept) && kept > step))
            {
                File.Delete(file);
            }
        }
    }

    private static FileStream Lock(string folder)
    {
        string path = Path.Combine(folder, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"The run folder '{folder}' is in use by another run, or cannot be written: {exception.Message} Give every run a RunFolder of its own.", exception);
        }
    }
}
