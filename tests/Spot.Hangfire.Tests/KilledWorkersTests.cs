using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Spot.Backbone;
using Spot.PostgreSql;
using Spot.PostgreSql.Tests;
using Spot.Studies;
using Spot.Tests;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Hangfire.Tests;

/// <summary>A small real study, and a sweep, by worker processes that are killed: it ends by itself with the result of one process in a folder, bit for bit.</summary>
public sealed class KilledWorkersTests : IDisposable
{
    private const string ConnectionVariable = "SPOT_STUDY_WORKER_CONNECTION", FolderVariable = "SPOT_STUDY_WORKER_FOLDER", SweepVariable = "SPOT_STUDY_WORKER_SWEEP";
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly TempFolder _folder = new();
    private readonly List<Process> _workers = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_workers_of_which_each_is_killed_end_with_the_result_of_one_process(bool isSweep)
    {
        StudyPlan plan = Plan(isSweep);
        (string, string) sweep = (SweepVariable, isSweep ? "1" : "");
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        using (Process whole = Start(nameof(The_child_studies_in_a_folder), sweep, (FolderVariable, _folder.Path)))
        {
            await whole.WaitForExitAsync(Cancel);
            Assert.Equal(0, whole.ExitCode);
        }

        await using StudyClient client = new(connection);
        await client.SubmitAsync("killed", plan, cancellationToken: Cancel);
        Process Work() => Start(nameof(The_child_works_when_it_is_told_where), sweep, (ConnectionVariable, connection));
        _workers.AddRange([Work(), Work()]);
        foreach ((int worker, int done) in new[] { (0, 1), (1, 5) })
        {
            await UntilAsync(client, status => status.Done >= done && status.Running.Count > 0);
            _workers[worker].Kill(); // SIGKILL: nothing in it can react
            await _workers[worker].WaitForExitAsync(Cancel);
            _workers[worker].Dispose();
            _workers[worker] = Work();
        }

        await UntilAsync(client, status => status.IsEnded);
        StudyProgressReport end = (await client.StatusAsync("killed", Cancel))!;
        Assert.Equal((StudyUnitInfo.Of(plan).Count, StudyUnitInfo.Of(plan).Count, 0), (end.Total, end.Done, end.Failed.Count));
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        using PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(source, "killed", null, cancellationToken: Cancel);
        using StudyFolder folder = new(_folder.Path, store.Backbone!.Fingerprint);
        StudyResult expected = await Study.ReadAsync(plan, folder, store.Backbone, Cancel), actual = await Study.ReadAsync(plan, store, store.Backbone, Cancel);
        Assert.Equal(0, expected.Missing);
        Assert.Equal(JsonSerializer.Serialize(expected, Json), JsonSerializer.Serialize(actual, Json));
        await using NpgsqlCommand left = source.CreateCommand("select count(*) from spot.study_checkpoints");
        Assert.Equal(0L, await left.ExecuteScalarAsync(Cancel));
    }

    /// <summary>What a worker does, until it is killed.</summary>
    [Fact(Explicit = true)]
    public async Task The_child_works_when_it_is_told_where()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSpot(spot =>
            (spot.ModelPath, spot.Backbone.Device, spot.Backbone.Precision) = (Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), "cpu", BackbonePrecision.Float32));
        builder.Services.AddSpotStudyWorker(options =>
        {
            (options.ConnectionString, options.Plan) = (Environment.GetEnvironmentVariable(ConnectionVariable)!, _ => PlanOfChild());
            Worker.Quick(options);
        });
        await builder.Build().RunAsync(Cancel);
    }

    /// <summary>What one process does without a database.</summary>
    [Fact(Explicit = true)]
    public async Task The_child_studies_in_a_folder()
    {
        using T5Backbone backbone = Toy.Backbone();
        PromptTuner tuner = new(backbone);
        using Study study = new(PlanOfChild(), Environment.GetEnvironmentVariable(FolderVariable)!, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner));
        Assert.Equal(0, (await study.RunAsync(cancellationToken: Cancel)).Left);
    }

    public void Dispose()
    {
        _workers.ForEach(worker =>
        {
            worker.Kill();
            worker.Dispose();
        });
        _folder.Dispose();
    }

    private static async Task UntilAsync(StudyClient client, Func<StudyProgressReport, bool> condition)
    {
        while (!condition((await client.StatusAsync("killed", Cancel))!))
        {
            await Task.Delay(20, Cancel);
        }
    }

    private static StudyPlan PlanOfChild() => Plan(Environment.GetEnvironmentVariable(SweepVariable) == "1");

    private static StudyPlan Plan(bool isSweep)
    {
        TuningOptions source = Toy.Options(8);
        (source.EvaluateEvery, source.CheckpointEvery, source.EmbeddingStep, source.MaxValidationExamples, source.BatchSize, source.MicroBatchSize) = (4, 2, 4, 8, 8, 8);
        TuningOptions target = source.Clone();
        target.Initialization = PromptInitialization.ClassLabels;
        return isSweep ? new SweepPlan { Task = Toy.Task("roads"), Options = target, LearningRates = [0.3, 1], PromptLengths = [4, 8], Seeds = [0, 1] } : new StudyPlan
        {
            Sources = [Toy.Task("mills"), Toy.Task("boats")],
            Targets = [Toy.Task("roads")],
            SourceSeeds = [0],
            TargetSeeds = [0, 1],
            SourceOptions = source,
            TargetOptions = target,
            BestOfTopKValues = [1, 2],
            RacingOfTopKValues = [2],
            AverageOfTopKValues = [2],
            MixtureOfTopKValues = [2],
            Similarities = [PromptSimilarity.AverageDisplacement],
        };
    }

    private static Process Start(string method, params (string Name, string Value)[] variables)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Spot.Hangfire.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program, ["-method", $"{typeof(KilledWorkersTests).FullName}.{method}", "-explicit", "only"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1"; // the same bits in every process
        Array.ForEach(variables, variable => start.Environment[variable.Name] = variable.Value);
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
