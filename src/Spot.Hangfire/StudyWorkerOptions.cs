using Spot.Studies;

namespace Spot.Hangfire;

/// <summary>How a worker works. The defaults are for runs of minutes to hours on a device each.</summary>
public sealed class StudyWorkerOptions
{
    /// <summary>The database, as Npgsql is told of it.</summary>
    /// <value>Empty; it has to be set.</value>
    public string ConnectionString { get; set; } = "";

    /// <summary>The schema with Spot's tables.</summary>
    /// <value><c>spot</c>.</value>
    public string Schema { get; set; } = StudyClient.DefaultSchema;

    /// <summary>The schema with Hangfire's tables.</summary>
    /// <value><c>hangfire</c>.</value>
    public string HangfireSchema { get; set; } = StudyClient.DefaultHangfireSchema;

    /// <summary>
    /// Makes the plan of a study that was submitted: the same as was submitted, to the last option and example, or else the study's units fail and say what
    /// differs.
    /// </summary>
    /// <value>None; it has to be set.</value>
    public Func<StudySubmission, StudyPlan>? Plan { get; set; }

    /// <summary>
    /// Where models that were tuned on mixtures are kept (<see cref="StudyTools.ModelFolder"/>): a folder that all workers share, as the units of one
    /// worker begin with the models of another.
    /// </summary>
    /// <value>null; only plans with <see cref="StudyPlan.MultiTaskModelTuning"/> need one.</value>
    public string? ModelFolder { get; set; }

    /// <summary>
    /// After how long without a sign of life a worker counts as lost, so that others take up its unit: Hangfire's sliding invisibility. The unit then waits
    /// behind those that nobody began yet. A sign is given every fifth of it.
    /// </summary>
    /// <value>5 minutes.</value>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often an idle worker asks for work, and one that works whether it was cancelled.</summary>
    /// <value>1 second.</value>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a worker looks for units that are ready and were not enqueued, as a process that is killed at the wrong moment leaves them.</summary>
    /// <value>1 minute.</value>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When a unit that failed is tried again: after so long each time, and after the last it is set aside.</summary>
    /// <value>After 30 seconds and after 5 minutes: the third failure is the last.</value>
    public IReadOnlyList<TimeSpan> RetryDelays { get; set; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)];

    /// <exception cref="ArgumentException">Something is missing or out of range.</exception>
    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString) || Plan is null)
        {
            throw new ArgumentException($"{nameof(StudyWorkerOptions)}.{(Plan is null ? nameof(Plan) : nameof(ConnectionString))} is not set: a worker needs a database and a way to make a study's plan.");
        }

        foreach ((TimeSpan value, string name) in new[] { (LostAfter, nameof(LostAfter)), (PollEvery, nameof(PollEvery)), (SweepEvery, nameof(SweepEvery)) })
        {
            if (value < TimeSpan.FromMilliseconds(50) || value > TimeSpan.FromDays(1))
            {
                throw new ArgumentException($"{nameof(StudyWorkerOptions)}.{name} is {value}, expected 50 milliseconds to a day.");
            }
        }
    }
}
