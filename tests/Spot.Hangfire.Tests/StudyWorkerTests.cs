using System.Text.Json;
using System.Text.Json.Serialization;
using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Npgsql;
using Spot.PostgreSql;
using Spot.PostgreSql.Tests;
using Spot.Studies;
using Spot.Tests;
using Spot.Tests.Studies;
using Spot.Transfer;

namespace Spot.Hangfire.Tests;

/// <summary>Studies that are submitted and done by workers, whose runs are made up.</summary>
public sealed class StudyWorkerTests : IDisposable
{
    private const int Units = 54;
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_submitted_study_is_done_to_the_same_result_as_in_a_folder()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        Assert.Null(await client.StatusAsync("a", Cancel));
        Assert.Equal(6 + 4 + 4, await client.SubmitAsync("a", StudyFake.Plan(), "words", Cancel)); // what needs nothing
        StudyProgressReport before = (await client.StatusAsync("a", Cancel))!;
        Assert.Equal((Units, 0, 0, false, null), (before.Total, before.Done, before.Running.Count, before.IsEnded, before.Remaining));
        StudyFake one = new(), other = new();
        List<StudySubmission> submissions = [];
        await using (await Worker.StartAsync(connection, one, Plan))
        await using (await Worker.StartAsync(connection, other, Plan))
        {
            await EndAsync(client, "a");
        }

        Assert.Equal(Units + 8, one.Calls.Count + other.Calls.Count);
        Assert.Contains(new StudySubmission("a", "words"), submissions);
        StudyProgressReport after = (await client.StatusAsync("a", Cancel))!;
        Assert.Equal((Units, Units, 0, 0, true), (after.Total, after.Done, after.Running.Count, after.Failed.Count, after.IsEnded));
        Assert.True(after.UnitsPerHour > 0);
        Assert.Equal(await WholeAsync(StudyFake.Plan()), await ResultAsync(connection, "a", StudyFake.Plan()));
        Assert.Equal(0, await client.SubmitAsync("a", StudyFake.Plan(), "words", Cancel));

        StudyPlan Plan(StudySubmission submission)
        {
            lock (submissions)
            {
                submissions.Add(submission);
            }

            return StudyFake.Plan();
        }
    }

    [Fact]
    public async Task A_submitted_sweep_is_done_to_the_same_table_as_in_a_folder_and_grows()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        SweepPlan sweep = StudyFake.Sweep();
        (sweep.LearningRates, sweep.Seeds) = ([0.1, 0.3], [0]);
        Assert.Equal(8, await client.SubmitAsync("sweep", sweep, cancellationToken: Cancel)); // nothing needs anything
        StudyFake one = new(), other = new();
        await using (await Worker.StartAsync(connection, one, _ => sweep))
        await using (await Worker.StartAsync(connection, other, _ => sweep))
        {
            await EndAsync(client, "sweep");
            sweep = StudyFake.Sweep();
            Assert.Equal(24 - 8, await client.SubmitAsync("sweep", sweep, cancellationToken: Cancel));
            await EndAsync(client, "sweep");
        }

        Assert.Equal(24, one.Calls.Count + other.Calls.Count);
        Assert.Equal(await WholeAsync(StudyFake.Sweep()), await ResultAsync(connection, "sweep", StudyFake.Sweep()));
        sweep.Options.Steps = 41;
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => client.SubmitAsync("sweep", sweep, cancellationToken: Cancel));
        Assert.Contains("Steps is 40 there and 41 in this plan", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_tune_models_and_share_those_of_mixtures_in_their_folder()
    {
        string connection = await DatabaseAsync(), models = Path.Combine(_folder.Path, "models");
        StudyPlan plan = StudyFake.Plan(sources: 2, targets: 1);
        plan.SourceMixtures = [new TaskMixture("generic", [plan.Sources[0], plan.Sources[1]])];
        (plan.ModelTuning, plan.MultiTaskModelTuning) = (new ModelTuningOptions { Steps = 30 }, new ModelTuningOptions { Steps = 50 });
        await using StudyClient client = new(connection);
        await client.SubmitAsync("a", plan, cancellationToken: Cancel);
        ModelFake one = new(), other = new();
        await using (await Worker.StartAsync(connection, new StudyFake(), _ => plan, tools: one.Tools, modelFolder: models))
        await using (await Worker.StartAsync(connection, new StudyFake(), _ => plan, tools: other.Tools, modelFolder: models))
        {
            await EndAsync(client, "a");
        }

        Assert.Empty((await client.StatusAsync("a", Cancel))!.Failed);
        Assert.Equal(2 + 2 + 2, one.Calls.Count + other.Calls.Count);
        Assert.Equal(["mixture.generic-0", "mixture.generic-5"], Directory.GetDirectories(models).Select(Path.GetFileName).Order());
        StudyFake fake = new();
        using Study whole = new(plan, Path.Combine(_folder.Path, "whole"), StudyFake.Backbone, fake, fake, fake, new ModelFake().Tools);
        await whole.RunAsync(cancellationToken: Cancel);
        Assert.Equal(JsonSerializer.Serialize(await whole.ResultAsync(Cancel), Json), await ResultAsync(connection, "a", plan));
    }

    [Fact]
    public Task Jobs_that_a_crash_of_the_database_has_taken_are_made_again() => EndsAfterAsync(
        "delete from hangfire.jobqueue; update hangfire.job set statename = null where id % 3 = 0; delete from hangfire.job where id % 3 = 1; " +
        "update spot.study_work set claimed = now() - interval '2 minutes' where job is not null");

    [Fact]
    public Task What_was_ready_and_not_enqueued_is_found() => EndsAfterAsync(
        // As after a kill between a unit's end, the claim of those that it makes ready, and their jobs.
        "delete from hangfire.jobqueue; update spot.study_work set (claimed, job) = (null, null) where unit < 'embedding.target_1'; " +
        "update spot.study_work set (claimed, job) = (now() - interval '2 minutes', null) where unit >= 'embedding.target_1' and claimed is not null");

    [Fact]
    public async Task A_unit_that_fails_thrice_is_set_aside_and_named_while_the_rest_goes_on()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        StudyPlan plan = StudyFake.Plan();
        plan.MixtureOfTopKValues = plan.AverageOfTopKValues = [];
        await client.SubmitAsync("a", plan, cancellationToken: Cancel);
        StudyFake fake = new() { OnCall = call => Throw(call == "source/1 0 SampledVocabulary scratch") };
        await using (await Worker.StartAsync(connection, fake, _ => plan))
        {
            await EndAsync(client, "a");
            StudyProgressReport status = (await client.StatusAsync("a", Cancel))!;
            FailedUnit failed = Assert.Single(status.Failed);
            Assert.Equal(("source.source_1.0", 3, "made up"), (failed.Unit, failed.Failures, failed.Reason));
            Assert.Equal(6 + 4 + 4 + 24 - 1 - 4, status.Done);
            Assert.Equal(3, fake.Calls.Count(call => call == "source/1 0 SampledVocabulary scratch"));
        }

        StudyFake mended = new();
        Assert.Equal(1, await client.SubmitAsync("a", plan, cancellationToken: Cancel));
        await using (await Worker.StartAsync(connection, mended, _ => plan))
        {
            await EndAsync(client, "a");
        }

        Assert.Equal(5, mended.Calls.Count);
        Assert.Empty((await client.StatusAsync("a", Cancel))!.Failed);

        static void Throw(bool when)
        {
            if (when)
            {
                throw new InvalidOperationException("made up");
            }
        }
    }

    [Fact]
    public async Task How_far_a_run_is_stands_with_its_job_in_plain_words()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        StudyPlan plan = StudyFake.Plan(sources: 1, targets: 1);
        (plan.SourceSeeds, plan.TargetSeeds, plan.AverageOfTopKValues, plan.MixtureOfTopKValues, plan.Similarities) = ([0], [0], [], [1], [PromptSimilarity.AverageDisplacement]);
        await client.SubmitAsync("a", plan, cancellationToken: Cancel);
        Job job = Job.FromExpression<StudyJob>(one => one.RunAsync("a", "mixture.1.AverageDisplacement.target_0.0", null!, CancellationToken.None));
        string Name() => new UnitDisplayNameAttribute().Format(new PageOf(client.Storage), job);
        Assert.Equal("a: mixture.1.AverageDisplacement.target_0.0", Name());
        string? name = null;
        StudyFake fake = new();
        fake.OnCall = call =>
        {
            // A mixture is two runs.
            if (call.Contains('+', StringComparison.Ordinal))
            {
                Thread.Sleep(2100); // it is written every two seconds
            }
            else if (fake.Calls.Count > 1 && fake.Calls[^2].Contains('+', StringComparison.Ordinal))
            {
                name = Name();
            }
        };
        await using (await Worker.StartAsync(connection, fake, _ => plan))
        {
            await EndAsync(client, "a");
        }

        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand("select string_agg(name || ': ' || value, '; ') from hangfire.jobparameter");
        Assert.Equal("a: mixture.1.AverageDisplacement.target_0.0, step 1 of 40", name);
        Assert.Equal("Progress: step 1 of 40", await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task A_cancelled_study_stops_and_goes_on_when_it_is_submitted_again()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        using SemaphoreSlim began = new(0), goOn = new(0);
        StudyFake fake = new();
        fake.OnCall = _ =>
        {
            if (fake.Calls.Count == 5)
            {
                began.Release();
                goOn.Wait(Cancel);
            }
        };
        Assert.False(await client.CancelAsync("a", Cancel));
        await client.SubmitAsync("a", StudyFake.Plan(), cancellationToken: Cancel);
        await using (await Worker.StartAsync(connection, fake))
        {
            await began.WaitAsync(Cancel);
            Assert.Single((await client.StatusAsync("a", Cancel))!.Running);
            Assert.True(await client.CancelAsync("a", Cancel));
            goOn.Release();
            while ((await client.StatusAsync("a", Cancel))!.Running.Count > 0)
            {
                await Task.Delay(20, Cancel);
            }

            StudyProgressReport cancelled = (await client.StatusAsync("a", Cancel))!;
            Assert.True(cancelled.IsCancelled);
            Assert.EndsWith(" an hour, cancelled", cancelled.ToString(), StringComparison.Ordinal);
            Assert.InRange(cancelled.Done, 4, 5);
            Assert.InRange(await client.SubmitAsync("a", StudyFake.Plan(), cancellationToken: Cancel), 6 + 4 + 4 - cancelled.Done, Units - cancelled.Done);
            await EndAsync(client, "a");
        }

        Assert.Equal(await WholeAsync(StudyFake.Plan()), await ResultAsync(connection, "a", StudyFake.Plan()));
    }

    [Fact]
    public async Task More_sources_may_be_submitted_and_other_plans_and_backbones_are_refused_by_what_differs()
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        await client.SubmitAsync("a", StudyFake.Plan(sources: 2), cancellationToken: Cancel);
        StudyFake fake = new();
        StudyPlan plan = StudyFake.Plan(sources: 2);
        await using (await Worker.StartAsync(connection, fake, _ => plan))
        {
            await EndAsync(client, "a");
            fake.Calls.Clear();
            plan = StudyFake.Plan();
            Assert.Equal(2, await client.SubmitAsync("a", plan, cancellationToken: Cancel));
            await EndAsync(client, "a");
        }

        Assert.Equal(2 + 8 + 8 + 16, fake.Calls.Count);
        Assert.Equal(await WholeAsync(StudyFake.Plan()), await ResultAsync(connection, "a", StudyFake.Plan()));
        StudyPlan other = StudyFake.Plan();
        other.TargetOptions.Steps = 41;
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => client.SubmitAsync("a", other, cancellationToken: Cancel));
        Assert.Contains("target Steps is 40 there and 41 in this plan", error.Message, StringComparison.Ordinal);

        await client.SubmitAsync("b", StudyFake.Plan(), cancellationToken: Cancel);
        foreach ((Func<StudySubmission, StudyPlan> workers, BackboneIdentity backbone, string reason) in new (Func<StudySubmission, StudyPlan>, BackboneIdentity, string)[]
        {
            (_ => other, StudyFake.Backbone, "target Steps is 40 there and 41 in this plan"),
            (_ => StudyFake.Plan(), StudyFake.Backbone with { DeviceType = "cuda" }, "device is cpu there and cuda here"),
        })
        {
            if (backbone != StudyFake.Backbone)
            {
                await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
                (await PostgreSqlStudyStore.OpenAsync(source, "b", StudyFake.Backbone, cancellationToken: Cancel)).Dispose();
            }

            StudyFake none = new();
            await client.SubmitAsync("b", StudyFake.Plan(), cancellationToken: Cancel);
            await using (await Worker.StartAsync(connection, none, workers, backbone))
            {
                while ((await client.StatusAsync("b", Cancel))!.Failed.Count == 0)
                {
                    await Task.Delay(50, Cancel);
                }
            }

            Assert.Contains(reason, (await client.StatusAsync("b", Cancel))!.Failed[0].Reason, StringComparison.Ordinal);
            Assert.Empty(none.Calls);
        }
    }

    /// <summary>What a page of the dashboard is made of.</summary>
    private sealed class PageOf(JobStorage storage) : DashboardContext(storage, new DashboardOptions());

    private static async Task<string> DatabaseAsync() => await (await PostgresServer.GetAsync()).CreateDatabaseAsync();

    // A study that was submitted, and then lost what a command takes away, is done whole.
    private static async Task EndsAfterAsync(string loss)
    {
        string connection = await DatabaseAsync();
        await using StudyClient client = new(connection);
        await client.SubmitAsync("a", StudyFake.Plan(), cancellationToken: Cancel);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using (NpgsqlCommand lose = source.CreateCommand(loss))
        {
            await lose.ExecuteNonQueryAsync(Cancel);
        }

        StudyFake fake = new();
        await using (await Worker.StartAsync(connection, fake))
        {
            await EndAsync(client, "a");
        }

        Assert.Equal(Units + 8, fake.Calls.Count);
    }

    private static async Task EndAsync(StudyClient client, string study)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        while (!(await client.StatusAsync(study, Cancel))!.IsEnded)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<string> WholeAsync(StudyPlan plan)
    {
        StudyFake fake = new();
        using Study study = new(plan, Path.Combine(_folder.Path, "whole"), StudyFake.Backbone, fake, fake, fake);
        await study.RunAsync(cancellationToken: Cancel);
        return JsonSerializer.Serialize(await study.ResultAsync(Cancel), Json);
    }

    private static async Task<string> ResultAsync(string connection, string name, StudyPlan plan)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        using PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(source, name, null, cancellationToken: Cancel);
        return JsonSerializer.Serialize(await Study.ReadAsync(plan, store, store.Backbone!, Cancel), Json);
    }
}
