using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Spot.Studies;

/// <summary>
/// A study of transferability (SPoT §3) as one run that can stop anywhere and go on: every source task is tuned, every target is embedded, tuned without
/// transfer, from every source prompt, from averages and from mixtures.
/// </summary>
/// <remarks>
/// <para>The folder has all that is needed to go on: <c>library/</c> with the source prompts and their keys, a prompt library to work with afterwards;
/// <c>embeddings/</c> with the targets' embeddings; <c>units/</c> with a file for every unit of work that is done; <c>runs/</c> with the checkpoints of
/// runs under way. A process that is killed loses the steps since the last checkpoint and nothing else.</para>
/// <para>In place of a folder there may be another <see cref="IStudyStore"/>, a database for example, in which several machines work at once.</para>
/// <para>Shards may work in one folder or in several that <see cref="MergeAsync"/> puts together; of one folder and shard only one process at a
/// time. Tuning is one run at a time. A score that is undefined (a correlation of constant answers) counts as 0. A target's run that diverges ends
/// with its best prompt so far, or else the last that was good.</para>
/// <para>Who makes it disposes of it, after the last call: it holds the folder's libraries open.</para>
/// </remarks>
public sealed class Study : IDisposable
{
    private readonly StudyLayout _layout;
    private readonly IStudyStore _store;
    private readonly BackboneIdentity _backbone;
    private readonly StudyRecords _records;
    private readonly StudyTools _tools;
    private readonly StudyWork _work;
    private readonly bool _ownsStore;
    private readonly StudyDone _inputs;
    private readonly Lazy<Dictionary<string, StudyUnit>> _units;
    private readonly ILogger _logger;

    /// <summary>A study, begun or not.</summary>
    /// <param name="plan">What to study; the study keeps a copy.</param>
    /// <param name="folder">Its folder, made if need be.</param>
    /// <param name="backbone">What computes, <c>T5Backbone.Identity</c>: units of another precision or kind of device are refused, not mixed in.</param>
    /// <param name="tuner">Tunes prompts.</param>
    /// <param name="evaluator">Evaluates them on test examples.</param>
    /// <param name="embedder">Embeds targets.</param>
    /// <param name="tools">What the plan's methods need that tune no prompt; null where it has none.</param>
    /// <param name="logger">Told what a call is going to do and of every unit of work that is done; null for none.</param>
    /// <exception cref="ArgumentException">The plan cannot be carried out.</exception>
    /// <exception cref="SpotException">The folder's prompts belong to another backbone.</exception>
    public Study(
        StudyPlan plan, string folder, BackboneIdentity backbone, IPromptTuner tuner, IPromptEvaluator evaluator, ITaskEmbedder embedder,
        StudyTools? tools = null, ILogger<Study>? logger = null)
        : this(plan, Open(plan, folder, backbone), backbone, tuner, evaluator, embedder, InFolder(tools, folder), logger) => _ownsStore = true;

    /// <summary>A study whose store is somewhere else than in a folder, begun or not.</summary>
    /// <param name="plan">What to study; the study keeps a copy.</param>
    /// <param name="store">Where it keeps what it has done; the caller disposes of it.</param>
    /// <param name="backbone">As of the other.</param>
    /// <param name="tuner">Tunes prompts.</param>
    /// <param name="evaluator">Evaluates them on test examples.</param>
    /// <param name="embedder">Embeds targets.</param>
    /// <param name="tools">What the plan's methods need that tune no prompt; null where it has none.</param>
    /// <param name="logger">As of the other.</param>
    /// <exception cref="ArgumentException">The plan cannot be carried out.</exception>
    public Study(
        StudyPlan plan, IStudyStore store, BackboneIdentity backbone, IPromptTuner tuner, IPromptEvaluator evaluator, ITaskEmbedder embedder,
        StudyTools? tools = null, ILogger<Study>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(tuner);
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(embedder);
        _layout = new StudyLayout(plan.Copy());
        (_store, _backbone) = (store, backbone);
        _records = new StudyRecords(_layout, store, backbone);
        _inputs = new StudyDone(_records);
        _units = new Lazy<Dictionary<string, StudyUnit>>(() => _layout.Units.ToDictionary(unit => unit.Name(_layout), StringComparer.Ordinal));
        _tools = tools ?? new StudyTools();
        _work = new StudyWork(_layout, store, tuner, evaluator, embedder, _tools);
        _logger = logger ?? NullLogger<Study>.Instance;
    }

    /// <summary>Does what is left of a shard, as far as its inputs are there.</summary>
    /// <param name="shard">Which part of the work; null for all.</param>
    /// <param name="progress">Told first what is to be done, then when a unit begins and ends and after every tuning step.</param>
    /// <param name="cancellationToken">Checked before every step; what was done stays done.</param>
    /// <returns>How far the study is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such shard.</exception>
    /// <exception cref="InvalidOperationException">The plan asks for a method that the study was given no tools for (<see cref="StudyTools"/>).</exception>
    /// <exception cref="SpotException">The folder has units that were computed otherwise than the plan says; the message names what differs.</exception>
    /// <exception cref="InvalidDataException">A file of the folder is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process works on the unit.</exception>
    /// <exception cref="TuningDivergedException">The run of a source, an embedding or a mixture diverged: the recipe does not suit it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<StudyStatus> RunAsync(StudyShard? shard = null, IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        StudyShard own = shard ?? StudyShard.All;
        if (own.Count < 1 || own.Index < 1 || own.Index > own.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(shard), own, $"Found the shard {own}, expected i/n with i from 1 to n.");
        }

        return await Task.Run(() => DoAsync(own, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does one unit of work, unless it is done: for engines that hand out a study's units themselves.</summary>
    /// <param name="unit">Its name, see <see cref="StudyUnitInfo.Of"/>.</param>
    /// <param name="progress">Told after every tuning step.</param>
    /// <param name="cancellationToken">Checked before every step; what the run has done by then is kept, and the next call goes on from there.</param>
    /// <returns>Whether it was done by this call; otherwise it was before.</returns>
    /// <exception cref="ArgumentException">The plan has no such unit.</exception>
    /// <exception cref="InvalidOperationException">A unit that it needs is not done, or the study was given no tools for its method (<see cref="StudyTools"/>).</exception>
    /// <exception cref="SpotException">The store has units that were computed otherwise than the plan says; the message names what differs.</exception>
    /// <exception cref="InvalidDataException">What the store holds is damaged.</exception>
    /// <exception cref="TuningDivergedException">The run of a source, an embedding or a mixture diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>One call at a time, and none beside <see cref="RunAsync"/>.</remarks>
    public async Task<bool> RunUnitAsync(string unit, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return await Task.Run(() => DoUnitAsync(unit, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what the study has found so far. No model is needed.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>All results; what is not done yet is NaN and counted in <see cref="StudyResult.Missing"/>.</returns>
    /// <exception cref="SpotException">The folder has units that were computed otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">A file of the folder is damaged.</exception>
    public Task<StudyResult> ResultAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => new StudyCollector(_layout, _store, _records, _backbone).CollectAsync(cancellationToken), cancellationToken);

    /// <summary>Reads what a study has found so far where there is nothing to compute with.</summary>
    /// <param name="plan">What is studied.</param>
    /// <param name="store">Where it keeps what it has done.</param>
    /// <param name="backbone">What computes it.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>As <see cref="ResultAsync"/>.</returns>
    /// <exception cref="ArgumentException">The plan cannot be carried out.</exception>
    /// <exception cref="SpotException">The store has units that were computed otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">What the store holds is damaged.</exception>
    public static async Task<StudyResult> ReadAsync(StudyPlan plan, IStudyStore store, BackboneIdentity backbone, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(backbone);
        StudyLayout layout = new(plan.Copy());
        return await Task.Run(() => new StudyCollector(layout, store, new StudyRecords(layout, store, backbone), backbone).CollectAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over from a folder in which other shards of this study worked what is lacking here.</summary>
    /// <param name="folder">The other folder, which stays as it is.</param>
    /// <param name="cancellationToken">Cancels between files; it can be begun again.</param>
    /// <returns>A task that ends when all is copied. Models that were tuned on mixtures stay where they are.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder holds no study.</exception>
    /// <exception cref="SpotException">Its prompts belong to another backbone.</exception>
    public Task MergeAsync(string folder, CancellationToken cancellationToken = default) =>
        Task.Run(() => DoMergeAsync(folder, cancellationToken), cancellationToken);

    /// <summary>Closes the folder's libraries; the tuner and the embedder are their makers' to dispose of.</summary>
    public void Dispose()
    {
        if (_ownsStore)
        {
            _store.Dispose();
        }
    }

    // The plan and the backbone are refused before a folder is opened.
    private static StudyFolder Open(StudyPlan plan, string folder, BackboneIdentity backbone)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Check();
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(backbone);
        return new StudyFolder(folder, backbone.Fingerprint);
    }

    private static StudyTools InFolder(StudyTools? tools, string folder) =>
        (tools ?? new StudyTools()) is { ModelFolder: null } own ? own with { ModelFolder = Path.Combine(Path.GetFullPath(folder), "models") } : tools!;

    // Before the work, not in the midst of it.
    private void CheckTools(IEnumerable<StudyUnit> units)
    {
        foreach (StudyUnitKind kind in units.Select(unit => unit.Kind).Distinct())
        {
            if (_tools.Lacks(kind) is (string option, string tool))
            {
                throw new InvalidOperationException(
                    $"The plan has {option}, but the study was given no {nameof(StudyTools)}.{tool}, which that needs. Give the study one, or leave {option} out of the plan.");
            }
        }
    }

    private async Task DoMergeAsync(string folder, CancellationToken cancellationToken)
    {
        string units = Path.Combine(Path.GetFullPath(folder), "units");
        if (!Directory.Exists(units))
        {
            throw new DirectoryNotFoundException($"'{folder}' holds no study: no folder '{units}'.");
        }

        using StudyFolder other = new(folder, _backbone.Fingerprint);
        await (_store is StudyFolder own ? own.MergeAsync(other, cancellationToken) : new StudyMerge(_layout, other, _store).RunAsync(cancellationToken)).ConfigureAwait(false);
    }

    private async Task<bool> DoUnitAsync(string name, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        if (!_units.Value.TryGetValue(name, out StudyUnit unit))
        {
            throw new ArgumentException($"Found the unit '{name}', expected one of the plan's {_layout.Units.Length}, for example '{_units.Value.Keys.First()}'. Was it made by another plan?");
        }

        if ((await _records.ReadAsync([unit], cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            return false;
        }

        StudyUnit[] needs = _layout.Needs(unit);
        if (!await _inputs.HasAllAsync(needs, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidOperationException($"The unit '{name}' needs '{needs.First(need => !_inputs.Has(need)).Name(_layout)}', which is not done. Do that one before.");
        }

        CheckTools([unit]);
        StudyUnitResult result = await _work.DoAsync(unit, progress, cancellationToken).ConfigureAwait(false);
        await _inputs.AddAsync(unit, result, CancellationToken.None).ConfigureAwait(false); // what was done stays done
        return true;
    }

    private async Task<StudyStatus> DoAsync(StudyShard shard, IProgress<StudyProgress>? progress, CancellationToken cancellationToken)
    {
        StudyDone done = new(_records);
        StudyUnit[] mine = [.. _layout.Units.Where(unit => shard.Has(unit.Piece(_layout)))];
        await done.HasAllAsync(mine, cancellationToken).ConfigureAwait(false);
        List<StudyUnit> left = [.. mine.Where(unit => !done.Has(unit))];
        CheckTools(left);
        StudyProgressRelay relay = Start(shard, progress, mine.Length, left);
        foreach (StudyUnit unit in left.ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await done.HasAllAsync(_layout.Needs(unit), cancellationToken).ConfigureAwait(false))
            {
                relay.Begin(unit.Name(_layout));
                StudyUnitResult result = await _work.DoAsync(unit, relay, cancellationToken).ConfigureAwait(false);
                await done.AddAsync(unit, result, CancellationToken.None).ConfigureAwait(false); // what was done stays done
                relay.End(unit);
                left.Remove(unit);
            }
        }

        await done.HasAllAsync(_layout.Units, cancellationToken).ConfigureAwait(false);
        StudyStatus status = new(_layout.Units.Count(done.Has), _layout.Units.Length, left.Count);
        StudyLog.Ended(_logger, _store.Name, shard, status.Done, status.Total, status.Left);
        return status;
    }

    private StudyProgressRelay Start(StudyShard shard, IProgress<StudyProgress>? progress, int total, List<StudyUnit> left)
    {
        int done = total - left.Count;
        long steps = left.Sum(unit => unit.Steps(_layout.Plan));
        StudyProgressRelay relay = new(_layout.Plan, progress, _logger, done, total, steps);
        relay.Start();
        if (done == 0)
        {
            StudyLog.Started(_logger, _store.Name, shard, total, steps);
        }
        else
        {
            StudyLog.Resumed(_logger, _store.Name, shard, done, total, left.Count, steps);
        }

        return relay;
    }
}
