using System.CommandLine;
using Npgsql;
using Spot;
using Spot.Backbone;
using Spot.Hangfire;
using Spot.Samples.StudyWorker;

// Without options everything comes from beside the program: the tiny T5 and the sample tasks.
string beside = AppContext.BaseDirectory;
Option<string> database = new("--database") { Description = "The database, as Npgsql is told of it; else the environment's SPOT_DATABASE", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SPOT_DATABASE") ?? "Host=127.0.0.1;Port=5433;Username=spot;Database=spot", Recursive = true };
Option<string> data = new("--data") { Description = "Folder of task folders, the same for all workers", DefaultValueFactory = _ => Path.Combine(beside, "data"), Recursive = true };
Option<string> study = new("--study") { Description = "The study's name", DefaultValueFactory = _ => "sample", Recursive = true };

Option<string[]> sources = new("--sources") { Description = "Names of source tasks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["books", "films", "home", "requests"] };
Option<string[]> targets = new("--targets") { Description = "Names of target tasks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["places", "trips", "work"] };
Option<int> sourceSeeds = new("--source-seeds") { Description = "Prompts of each source", DefaultValueFactory = _ => 1 };
Option<int> targetSeeds = new("--target-seeds") { Description = "Runs of each target, or of each setting of a sweep", DefaultValueFactory = _ => 2 };
Option<int> sourceSteps = new("--source-steps") { Description = "Tuning steps of source prompts", DefaultValueFactory = _ => 60 };
Option<int> targetSteps = new("--target-steps") { Description = "Tuning steps of targets, and of a sweep's runs", DefaultValueFactory = _ => 20 };
Option<string?> sweep = new("--sweep") { Description = "Name of one task: a tuning sweep on it, by every combination of --rates, --lengths and --starts, in place of a study of transfers" };
Option<double[]> rates = new("--rates") { Description = "Learning rates of a sweep; the recipe's own where none is given", AllowMultipleArgumentsPerToken = true };
Option<int[]> lengths = new("--lengths") { Description = "Prompt lengths of a sweep", AllowMultipleArgumentsPerToken = true };
Option<PromptInitialization[]> starts = new("--starts") { Description = "Where the prompts of a sweep start", AllowMultipleArgumentsPerToken = true };
Command submit = new("submit", "Submits a study or a tuning sweep, or goes on with one that was cancelled or had units that failed.") { sources, targets, sourceSeeds, targetSeeds, sourceSteps, targetSteps, sweep, rates, lengths, starts };
submit.SetAction((parsed, cancellationToken) => SayAsync(async () =>
{
    StudySettings settings = new()
    {
        Sources = parsed.GetValue(sources)!,
        Targets = parsed.GetValue(targets)!,
        SourceSeeds = parsed.GetValue(sourceSeeds),
        TargetSeeds = parsed.GetValue(targetSeeds),
        SourceSteps = parsed.GetValue(sourceSteps),
        TargetSteps = parsed.GetValue(targetSteps),
        Sweep = parsed.GetValue(sweep),
        Rates = parsed.GetValue(rates) ?? [],
        Lengths = parsed.GetValue(lengths) ?? [],
        Starts = parsed.GetValue(starts) ?? [],
    };
    await using StudyClient client = new(parsed.GetValue(database)!);
    int enqueued = await client.SubmitAsync(parsed.GetValue(study)!, settings.Plan(parsed.GetValue(data)!), settings.ToText(), cancellationToken);
    Console.WriteLine($"{enqueued} units are enqueued, the others follow as what they need is done: {await client.StatusAsync(parsed.GetValue(study)!, cancellationToken)}");
}));

Option<string> model = new("--model") { Description = "Folder of a T5 checkpoint", DefaultValueFactory = _ => Path.Combine(beside, "models", "spot-tiny") };
Option<string> device = new("--device") { Description = "auto, cpu, cuda or mps", DefaultValueFactory = _ => "auto" };
Option<BackbonePrecision> precision = new("--precision") { Description = "Float32 or BFloat16; a study needs the same one throughout", DefaultValueFactory = _ => BackbonePrecision.Float32 };
Option<int> processes = new("--processes") { Description = "Workers on this machine, each a process of its own; of several the i-th sees the i-th CUDA device alone", DefaultValueFactory = _ => 1 };
Option<int?> dashboard = new("--dashboard") { Description = "Port of Hangfire's dashboard on this machine, at /hangfire" };
Option<double> lostAfter = new("--lost-after") { Description = "Seconds without a sign of life after which a worker's unit is another's", DefaultValueFactory = _ => 300 };
Option<bool> untilEnded = new("--until-ended") { Description = "Ends when the study has ended" };
Command work = new("work", "Does units of all studies in the database, until it is stopped.") { model, device, precision, processes, dashboard, lostAfter, untilEnded };
work.SetAction((parsed, cancellationToken) => SayAsync(() => new WorkCommand
{
    Database = parsed.GetValue(database)!,
    Data = parsed.GetValue(data)!,
    Model = parsed.GetValue(model)!,
    Device = parsed.GetValue(device)!,
    Precision = parsed.GetValue(precision),
    Processes = parsed.GetValue(processes),
    Dashboard = parsed.GetValue(dashboard),
    LostAfter = TimeSpan.FromSeconds(parsed.GetValue(lostAfter)),
    UntilEnded = parsed.GetValue(untilEnded) ? parsed.GetValue(study) : null,
}.RunAsync(cancellationToken)));

Command status = new("status", "Says how a study stands.");
status.SetAction((parsed, cancellationToken) => SayAsync(async () =>
{
    await using StudyClient client = new(parsed.GetValue(database)!);
    StudyProgressReport found = await client.StatusAsync(parsed.GetValue(study)!, cancellationToken)
        ?? throw new SpotException($"No study '{parsed.GetValue(study)}' was submitted.");
    Console.WriteLine(found);
    foreach (RunningUnit unit in found.Running)
    {
        Console.WriteLine($"  {unit.Unit} {unit.Progress} on {unit.Worker}{(unit.Starts > 1 ? $", begun {unit.Starts} times" : "")}");
    }

    foreach (FailedUnit unit in found.Failed)
    {
        Console.WriteLine($"  {unit.Unit} is set aside after {unit.Failures} failures: {unit.Reason}");
    }
}));

Command cancel = new("cancel", "Cancels a study; submitted again it goes on.");
cancel.SetAction((parsed, cancellationToken) => SayAsync(async () =>
{
    await using StudyClient client = new(parsed.GetValue(database)!);
    Console.WriteLine(await client.CancelAsync(parsed.GetValue(study)!, cancellationToken) ? "Cancelled." : $"No study '{parsed.GetValue(study)}' was submitted.");
}));

Option<string> output = new("--output") { Description = "Folder of the report", DefaultValueFactory = _ => "report" };
Command report = new("report", "Writes the report of what a study has found so far.") { output };
report.SetAction((parsed, cancellationToken) => SayAsync(() =>
    ReportCommand.RunAsync(parsed.GetValue(database)!, parsed.GetValue(study)!, parsed.GetValue(data)!, parsed.GetValue(output)!, cancellationToken)));

RootCommand root = new("A study of soft prompt transfer on many machines: PostgreSQL keeps it, Hangfire hands out its units.") { database, data, study, submit, work, status, report, cancel, TrialCommand.Create(data) };
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = WorkCommand.Patience + TimeSpan.FromSeconds(5) });

static async Task<int> SayAsync(Func<Task> action)
{
    try
    {
        await action();
        return 0;
    }
    catch (OperationCanceledException)
    {
        return 130;
    }
    catch (Exception e) when (e is SpotException or NpgsqlException or IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
}
