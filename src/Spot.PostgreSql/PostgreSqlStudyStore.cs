using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Spot.Studies;

namespace Spot.PostgreSql;

/// <summary>A study's records in a PostgreSQL database, on which any number of machines work at once.</summary>
/// <remarks>
/// <para>A unit that is done is one row with the prompt that it made: there with all of it or not at all, and the first of two that did the same unit
/// counts. Checkpoints of runs under way go to the database as they are written, so that another machine goes on where one was killed, to the same bits;
/// those of more than 64 MiB, of whole models, stay in this object's
/// folder on their machine, and another one begins such a run anew, to the same result. On this machine there are only copies: prompts that were used, and the runs under way.</para>
/// <para>While the database restarts calls wait, for up to two minutes; a checkpoint that cannot be kept is left to the next one.</para>
/// <para>Safe for concurrent calls. Who opens it disposes of it.</para>
/// </remarks>
public sealed class PostgreSqlStudyStore : IStudyStore
{
    private readonly StudyTable _table;
    private readonly PromptMirror _sources, _embeddings;
    private readonly RunMirror _runs;
    private readonly string _folder;

    private PostgreSqlStudyStore(PostgresDatabase database, string study, StudyRow row, ILogger logger)
    {
        Name = $"{database.Place}, study '{study}'";
        Backbone = row.Backbone;
        _folder = Directory.CreateTempSubdirectory("spot-study-").FullName;
        _table = new StudyTable(database, row.Id, study);
        _sources = new PromptMirror(_table, UnitRow.Text(StudyPromptKind.Source), Path.Combine(_folder, "library"), row.Backbone?.Fingerprint);
        _embeddings = new PromptMirror(_table, UnitRow.Text(StudyPromptKind.Embedding), Path.Combine(_folder, "embeddings"), row.Backbone?.Fingerprint);
        _runs = new RunMirror(_table, Path.Combine(_folder, "runs"), logger);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What computes the study, as the first who worked on it; null where nobody has.</summary>
    public BackboneIdentity? Backbone { get; }

    /// <summary>The largest checkpoint that goes to the database, in bytes.</summary>
    internal long MostCheckpointBytes
    {
        set => _runs.MostBytes = value;
    }

    /// <summary>Opens a study's records to work on, or to read them.</summary>
    /// <param name="source">Makes connections; the caller disposes of it, after the store.</param>
    /// <param name="study">The study's name: 1 to 100 letters, digits, dots, dashes and underscores, no dot in front.</param>
    /// <param name="backbone">What computes: the first one counts, others are refused. Null to read a study that is there.</param>
    /// <param name="schema">The schema, see <see cref="PostgreSqlSchema"/>; made where it is not there.</param>
    /// <param name="logger">Told of checkpoints that could not be kept or stay on this machine; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentException">The study's or the schema's name is not allowed.</exception>
    /// <exception cref="SpotException">Something else computes the study, it is not there, or the schema is of another version or program.</exception>
    /// <exception cref="UnauthorizedAccessException">The role lacks a right.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<PostgreSqlStudyStore> OpenAsync(
        NpgsqlDataSource source, string study, BackboneIdentity? backbone, string schema = PostgresDatabase.DefaultSchema, ILogger<PostgreSqlStudyStore>? logger = null,
        CancellationToken cancellationToken = default)
    {
        StudyName.Check(study);
        PostgresDatabase database = new(source, schema);
        await Migrations.EnsureAsync(database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        try
        {
            StudyRow row = await StudyRow.OpenAsync(database, study, backbone, cancellationToken).ConfigureAwait(false)
                ?? throw new SpotException($"{database.Place}: found no study '{study}'. Work on it, or submit it, first.");
            return Difference(row.Backbone, backbone) is { } difference
                ? throw new SpotException($"{database.Place}, study '{study}': {difference}. Give every study a name of its own, or work on it with what computed it.")
                : new PostgreSqlStudyStore(database, study, row, (ILogger?)logger ?? NullLogger.Instance);
        }
        catch (PostgresException exception) when (DatabaseError.Translate(exception, database) is { } clear)
        {
            throw clear;
        }
    }

    /// <inheritdoc/>
    public string Locate(string unit) => _table.Locate(unit);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyCollection<string> units, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(units);
        return await _table.ReadAsync(units, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string unit, byte[] content, StudyPrompt? prompt = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(content);
        await _table.WriteAsync(unit, content, prompt, replace, cancellationToken).ConfigureAwait(false);
        _runs.Remove(unit);
    }

    /// <inheritdoc/>
    public Task<IPromptLibrary> OpenPromptsAsync(StudyPromptKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return (kind == StudyPromptKind.Source ? _sources : _embeddings).OpenAsync(ids, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> OpenRunAsync(string unit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return _runs.OpenAsync(unit, cancellationToken);
    }

    /// <inheritdoc/>
    public void KeepRun(string unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        _runs.Keep(unit);
    }

    /// <summary>Lets go of the copies on this machine.</summary>
    public void Dispose()
    {
        _sources.Dispose();
        _embeddings.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // absent, or in use: it costs room and nothing else
        }
    }

    private static string? Difference(BackboneIdentity? found, BackboneIdentity? expected)
    {
        if (found is null || expected is null)
        {
            return null;
        }

        (string Name, string Found, string Expected)[] parts =
        [
            ("backbone", found.Fingerprint, expected.Fingerprint), ("precision", found.Precision.ToString(), expected.Precision.ToString()), ("device", found.DeviceType, expected.DeviceType),
        ];
        string[] differences = [.. parts.Where(part => part.Found != part.Expected).Select(part => $"{part.Name} is {part.Found} there and {part.Expected} here")];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }
}
