using Microsoft.Extensions.Logging;
using Npgsql;
using Spot.Backbone;
using Spot.Studies;
using Spot.Tests;
using Spot.Tests.Studies;
using Spot.Tests.Tuning;
using Spot.Tuning;

namespace Spot.PostgreSql.Tests;

/// <summary>The store that is a database.</summary>
public sealed class PostgreSqlStudyStoreTests : StudyStoreContract
{
    private NpgsqlDataSource? _source;

    [Fact]
    public async Task Of_two_that_did_a_unit_the_first_counts()
    {
        using IStudyStore store = await OpenAsync("a", StudyFake.Backbone), other = await OpenAsync("a", StudyFake.Backbone);
        await store.WriteAsync("u", [1], cancellationToken: Cancel);
        await other.WriteAsync("u", [2], cancellationToken: Cancel);
        Assert.Equal([1], (await other.ReadAsync(["u", "v"], Cancel))["u"]);
        await other.WriteAsync("u", [3], replace: true, cancellationToken: Cancel);
        Assert.Equal([3], (await store.ReadAsync(["u", "v"], Cancel)).Single().Value);
    }

    [Theory]
    [InlineData("update spot.study_units set content = content || ' ' where name = 'baseline.target_1.5'", "unit 'baseline.target_1.5'")]
    [InlineData("update spot.study_units set name = 'baseline.target_1.0' where name = 'transfer.source_0.0.target_1.0'", "unit 'baseline.target_1.0'")]
    [InlineData("update spot.study_units set payload = set_byte(payload, length(payload) - 1, 255 - get_byte(payload, length(payload) - 1)) where name = 'source.source_1.1'", "unit 'source.source_1.1'")]
    [InlineData("update spot.study_units u set sidecar = o.sidecar from spot.study_units o where u.name = 'source.source_1.1' and o.name = 'source.source_1.0'", "unit 'source.source_1.1'")]
    public async Task A_row_that_was_changed_by_hand_is_named_and_nothing_is_overwritten(string change, string named)
    {
        using (IStudyStore store = await OpenAsync("a", StudyFake.Backbone))
        {
            using Study study = Study(store, new StudyFake());
            await study.RunAsync(cancellationToken: Cancel);
        }

        await ExecuteAsync("delete from spot.study_units where name in ('baseline.target_1.0', 'transfer.source_1.1.target_0.0')");
        Assert.Equal(1, await ExecuteAsync(change));
        string before = await DigestAsync();
        using IStudyStore again = await OpenAsync("a", StudyFake.Backbone);
        using Study damaged = Study(again, new StudyFake());
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => damaged.RunUnitAsync("transfer.source_1.1.target_0.0", cancellationToken: Cancel).ContinueWith(
            _ => damaged.ResultAsync(Cancel), TaskScheduler.Default).Unwrap());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("not as it was written", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await DigestAsync());
    }

    [Fact]
    public async Task A_checkpoint_that_was_changed_by_hand_or_would_leave_its_folder_is_refused()
    {
        using IStudyStore store = await OpenAsync("a", StudyFake.Backbone);
        string file = Path.Combine(await store.OpenRunAsync("u", Cancel), "target", "checkpoint.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, [1, 2, 3], Cancel);
        store.KeepRun("u");
        store.KeepRun("u");
        using IStudyStore other = await OpenAsync("a", StudyFake.Backbone);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(await other.OpenRunAsync("u", Cancel), "target", "checkpoint.safetensors"), Cancel));

        Assert.Equal(1, await ExecuteAsync("update spot.study_checkpoints set content = '\\x010204'"));
        Assert.Contains("unit 'u'", (await Assert.ThrowsAsync<InvalidDataException>(() => other.OpenRunAsync("u", Cancel))).Message, StringComparison.Ordinal);
        foreach (string path in new[] { "../checkpoint.safetensors", "/checkpoint.safetensors", "..\\checkpoint.safetensors", "target/../../checkpoint.safetensors", "other", "" })
        {
            await ExecuteAsync($"update spot.study_checkpoints set path = '{path}', content = '\\x010203'");
            Assert.Contains("expected a 'checkpoint.safetensors' in the run's folder", (await Assert.ThrowsAsync<InvalidDataException>(() => other.OpenRunAsync("u", Cancel))).Message, StringComparison.Ordinal);
        }

        await store.WriteAsync("u", [1], cancellationToken: Cancel);
        await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(await other.OpenRunAsync("u", Cancel)).FullName, "checkpoint.safetensors"), [4], Cancel);
        other.KeepRun("u"); // of one that was slower
        Assert.Equal(0, await ExecuteAsync("delete from spot.study_checkpoints"));
    }

    [Fact]
    public async Task A_checkpoint_that_is_too_large_stays_and_another_machine_begins_anew_to_the_same_result()
    {
        using T5Backbone backbone = Toy.Backbone();
        PromptTuner tuner = new(backbone);
        BackboneOptions cpu = new() { Device = "cpu", Precision = BackbonePrecision.Float32 };
        StudyTools tools = new() { ModelTuner = new ModelTuner(backbone), OpenModel = folder => TunedModel.Load(folder, cpu) };
        StudyPlan plan = RealPlan();
        plan.ModelTuning = Toy.ModelOptions(6);
        plan.ModelTuning.CheckpointEvery = 2;
        const string unit = "modeltuning.roads.0";
        Messages<PostgreSqlStudyStore> log = new(LogLevel.Information);
        async Task<PostgreSqlStudyStore> OpenRealAsync(string name)
        {
            PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(await SourceAsync(), name, backbone.Identity, logger: log, cancellationToken: Cancel);
            store.MostCheckpointBytes = 1 << 20; // as if the model were a large one
            return store;
        }

        async Task<List<int>> RunAsync(PostgreSqlStudyStore store, int stopAt)
        {
            using CancellationTokenSource stop = new();
            using Study study = new(plan, store, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner), tools);
            List<int> steps = [];
            Listener<TuningProgress> listener = new(now =>
            {
                steps.Add(now.Step);
                if (stopAt > 0 && now.Step == stopAt)
                {
                    stop.Cancel();
                }
            });
            Task<bool> run = study.RunUnitAsync(unit, listener, stop.Token);
            await (stopAt > 0 ? Assert.ThrowsAnyAsync<OperationCanceledException>(() => run) : (Task)run);
            return steps;
        }

        using PostgreSqlStudyStore lost = await OpenRealAsync("moved");
        Assert.Equal(0, (await RunAsync(lost, 3))[0]);
        Assert.Equal(3, (await RunAsync(lost, 5))[0]); // where its checkpoint is it goes on
        Assert.Equal(0, await ExecuteAsync("delete from spot.study_checkpoints"));
        Assert.Equal(1, log.All.Count(line => line.Contains($"unit '{unit}': the checkpoint of ", StringComparison.Ordinal) && line.Contains("stays on this machine", StringComparison.Ordinal)));

        using PostgreSqlStudyStore elsewhere = await OpenRealAsync("moved"), whole = await OpenRealAsync("whole");
        Assert.Equal(0, (await RunAsync(elsewhere, 0))[0]);
        await RunAsync(whole, 0);
        Assert.Equal((await whole.ReadAsync([unit], Cancel))[unit], (await elsewhere.ReadAsync([unit], Cancel))[unit]);
        await RunAsync(lost, 0); // of the slower one the unit is done
        using Study end = new(plan, lost, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner), tools);
        Assert.True(double.IsFinite((await end.ResultAsync(Cancel)).Validation.Methods.Single(row => row.Method == StudyMethod.ModelTuning).Suites[0].Score.Mean));
    }

    [Fact]
    public async Task A_study_that_is_not_there_or_a_role_without_rights_is_told_so()
    {
        NpgsqlDataSource source = await SourceAsync();
        SpotException missing = await Assert.ThrowsAsync<SpotException>(() => PostgreSqlStudyStore.OpenAsync(source, "a", null, cancellationToken: Cancel));
        Assert.Contains("found no study 'a'", missing.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => PostgreSqlStudyStore.OpenAsync(source, "a/b", null, cancellationToken: Cancel));
        using IStudyStore store = await OpenAsync("a", StudyFake.Backbone);
        NpgsqlConnectionStringBuilder owner = new(source.ConnectionString);
        string role = $"reader_{owner.Database}";
        await ExecuteAsync($"create role {role} login; grant usage on schema spot to {role}; grant select on all tables in schema spot to {role}");
        owner.Username = role;
        await using NpgsqlDataSource reader = NpgsqlDataSource.Create(owner.ConnectionString);
        UnauthorizedAccessException denied = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => PostgreSqlStudyStore.OpenAsync(reader, "a", StudyFake.Backbone, cancellationToken: Cancel));
        Assert.Contains("lacks a right", denied.Message, StringComparison.Ordinal);
        using PostgreSqlStudyStore read = await PostgreSqlStudyStore.OpenAsync(reader, "a", null, cancellationToken: Cancel);
        Assert.Equal(StudyFake.Backbone, read.Backbone);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => read.WriteAsync("u", [1], cancellationToken: Cancel));
        Assert.Empty(await read.ReadAsync(["u"], Cancel));
    }

    protected override async Task<IStudyStore> OpenAsync(string name, BackboneIdentity backbone) =>
        await PostgreSqlStudyStore.OpenAsync(await SourceAsync(), name, backbone, cancellationToken: Cancel);

    private async Task<NpgsqlDataSource> SourceAsync() => _source ??= NpgsqlDataSource.Create(await (await PostgresServer.GetAsync()).CreateDatabaseAsync());

    private async Task<int> ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = (await SourceAsync()).CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<string> DigestAsync()
    {
        await using NpgsqlCommand command = (await SourceAsync()).CreateCommand("select md5(string_agg(u::text, '' order by name)) from spot.study_units u where name <> 'transfer.source_1.1.target_0.0'");
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
