using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.States;
using Npgsql;

namespace Spot.Hangfire;

/// <summary>Hangfire on PostgreSQL, as units of studies need it.</summary>
internal static class Engine
{
    /// <summary>The queue of units.</summary>
    internal const string Queue = "spot";

    /// <summary>The job's parameter that says how far its run is.</summary>
    internal const string Progress = "Progress";

    /// <summary>What takes part in a job's states: what its method asks for, and nothing of the submitter's own, such as its culture.</summary>
    internal static readonly IJobFilterProvider Filters = new JobFilterAttributeFilterProvider();

    private const int MostAtOnce = 8;

    /// <summary>Hangfire's storage.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="schema">The schema with Hangfire's tables.</param>
    /// <param name="lostAfter">After how long a job whose worker gives no sign is another's.</param>
    /// <param name="pollEvery">How often an idle worker asks.</param>
    internal static PostgreSqlStorage Open(string connectionString, string schema, TimeSpan lostAfter, TimeSpan pollEvery)
    {
        PostgreSqlStorageOptions options = new()
        {
            SchemaName = schema,
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = lostAfter,
            QueuePollInterval = pollEvery,
        };

        // Jobs can be made again of the study's rows, whose commits wait for the disk and for all that was written before them.
        NpgsqlConnectionStringBuilder own = new(connectionString) { Options = "-c synchronous_commit=off", ApplicationName = "Spot.Hangfire" };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(own.ConnectionString, options), options);
    }

    /// <summary>Makes jobs of units.</summary>
    /// <returns>Their ids, in the same order.</returns>
    internal static string[] Enqueue(JobStorage storage, string study, IReadOnlyList<string> units)
    {
        BackgroundJobClient client = new(storage, Filters);
        string[] jobs = new string[units.Count];
        void Create(int i)
        {
            string unit = units[i];
            jobs[i] = client.Create<StudyJob>(job => job.RunAsync(study, unit, null!, CancellationToken.None), new EnqueuedState(Queue));
        }

        if (jobs.Length == 1)
        {
            Create(0);
        }
        else
        {
            Parallel.For(0, jobs.Length, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce }, Create);
        }

        return jobs;
    }
}
