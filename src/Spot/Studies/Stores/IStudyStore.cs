namespace Spot.Studies;

/// <summary>Where a study keeps what it has done and what is under way: a folder, or a database that machines share.</summary>
/// <remarks>
/// <para>Units of work and their prompts are named by texts of letters, digits, dots, dashes and underscores. What a unit gave is kept as bytes that only
/// the study reads. A unit exists with all that it made or not at all, whatever happens to the process that writes it; of two that did the same
/// unit one counts, as both have done the same.</para>
/// <para>Implementations are safe for concurrent calls. Who makes a store disposes of it, after the last study on it.</para>
/// </remarks>
public interface IStudyStore : IDisposable
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    /// <summary>What a unit is called in messages, so that a person finds it.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <returns>For example the path of its file.</returns>
    string Locate(string unit);

    /// <summary>Reads what units gave.</summary>
    /// <param name="units">Their names.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The bytes of those that are done, by name.</returns>
    /// <exception cref="InvalidDataException">A unit is damaged.</exception>
    Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyCollection<string> units, CancellationToken cancellationToken = default);

    /// <summary>Marks a unit as done: keeps what it gave and the prompt that it made, and drops its run.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="content">What it gave.</param>
    /// <param name="prompt">The prompt that it made; null for none.</param>
    /// <param name="replace">Whether what is there of the unit no longer counts; otherwise it may stay.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    /// <returns>A task that ends when all of it is kept.</returns>
    Task WriteAsync(string unit, byte[] content, StudyPrompt? prompt = null, bool replace = false, CancellationToken cancellationToken = default);

    /// <summary>The prompts that units made, as a library to read and to search.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="ids">Those that are wanted.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A library with at least those of them that are there; it is the store's, which disposes of it.</returns>
    /// <exception cref="InvalidDataException">A prompt is damaged.</exception>
    Task<IPromptLibrary> OpenPromptsAsync(StudyPromptKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default);

    /// <summary>The folder of a unit's run (<see cref="TrainingOptions.RunFolder"/>), with the last checkpoints that were kept of it.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A folder on this machine, which need not exist.</returns>
    /// <exception cref="InvalidDataException">A checkpoint is damaged.</exception>
    Task<string> OpenRunAsync(string unit, CancellationToken cancellationToken = default);

    /// <summary>Keeps the checkpoints in the folder of a unit's run that are new. It is asked between steps and where a run ends early.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <remarks>A checkpoint that cannot be kept now is kept later: tuning goes on.</remarks>
    void KeepRun(string unit);
}
