using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Spot.Backbone;
using Spot.Hangfire;
using Spot.Studies;
using Spot.Tuning;

namespace Spot.Samples.StudyWorker;

/// <summary>
/// The claims, tried: a study of the sample tasks in few steps by workers that are killed, with a crash of the database and a worker that joins late, against
/// the same study in one process in a folder; then how much faster two workers are than one.
/// </summary>
internal sealed class TrialCommand
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private static readonly string[] Tasks = ["books", "films", "gadgets", "home", "meals", "notes", "places", "requests", "trips", "work"];

    public required string Data { get; init; }

    public required int Workers { get; init; }

    public required int Kills { get; init; }

    public required int Seeds { get; init; }

    public static Command Create(Option<string> data)
    {
        Option<int> workers = new("--workers") { DefaultValueFactory = _ => 3 }, kills = new("--kills") { DefaultValueFactory = _ => 10 };
        Option<int> seeds = new("--seeds") { Description = "Runs of each of the ten tasks: 3 are 1,020 units, 1 is 160", DefaultValueFactory = _ => 3 };
        Option<bool> speed = new("--speed") { Description = "Only how much faster two workers are than one" };
        Option<string> folder = new("--folder") { Description = "Only the study in this folder, as one process does it" };
        Command command = new("trial", "Tries kills, a crash of the database and a late worker, with a PostgreSQL of its own.") { workers, kills, seeds, speed, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TrialCommand trial = new() { Data = parsed.GetValue(data)!, Workers = parsed.GetValue(workers), Kills = parsed.GetValue(kills), Seeds = parsed.GetValue(seeds) };
            await (parsed.GetValue(folder) is { } path ? trial.FolderAsync(path, cancellationToken)
                : parsed.GetValue(speed) ? trial.SpeedAsync(cancellationToken)
                : trial.KillsAsync(cancellationToken));
        });
        return command;
    }

    private StudySettings Settings => new()
    {
        Sources = Tasks,
        Targets = Tasks,
        SourceSeeds = Seeds,
        TargetSeeds = Seeds,
        SourceSteps = 4,
        TargetSteps = 4,
        EmbeddingStep = 2,
        PromptLength = 5,
        Rows = 4,
        Averages = [1, 2, 3],
        Mixtures = [2],
    };

    private static string Model => Path.Combine(AppContext.BaseDirectory, "models", "spot-tiny");

    private async Task FolderAsync(string folder, CancellationToken cancellationToken)
    {
        using T5Backbone backbone = T5Backbone.Load(Model, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
        PromptTuner tuner = new(backbone);
        using Study study = new(Settings.Plan(Data), folder, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner));
        await study.RunAsync(cancellationToken: cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "result.json"), JsonSerializer.Serialize(await study.ResultAsync(cancellationToken), Json), cancellationToken);
    }

    private async Task KillsAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("spot-trial-folder-").FullName;
        Stopwatch watch = Stopwatch.StartNew();
        using (Process whole = Start("trial", "--folder", folder, "--seeds", Seeds.ToString(CultureInfo.InvariantCulture), "--data", Data))
        {
            await whole.WaitForExitAsync(cancellationToken);
        }

        Say($"one process of one thread in a folder: {watch.Elapsed.TotalSeconds:F1} s");
        using TrialServer server = TrialServer.Start();
        await using StudyClient client = new(server.ConnectionString);
        int total = (await SubmitAsync(client, cancellationToken)).Total;
        watch.Restart();
        List<Process> workers = [.. Enumerable.Range(1, Workers - 1).Select(_ => Work(server))];
        Random random = new(1);
        bool restarted = false;
        for (int kill = 0; kill < Kills;)
        {
            StudyProgressReport status = await StatusAsync(client, cancellationToken);
            if (workers.Count < Workers && status.Done > total / 4)
            {
                workers.Add(Work(server));
                Say($"{status.Done} done: another worker joins");
            }

            if (!restarted && status.Done > total / 2)
            {
                restarted = true;
                server.Restart();
                Say($"{status.Done} done: the database crashed and is up again");
            }

            if (status.Done >= (kill + 1) * total / (Kills + 2))
            {
                await Task.Delay(random.Next(1000), cancellationToken);
                int one = random.Next(workers.Count);
                workers[one].Kill();
                workers[one].Dispose();
                workers[one] = Work(server);
                Say($"{status.Done} done: kill {++kill} of {Kills}");
            }

            await Task.Delay(200, cancellationToken);
        }

        StudyProgressReport end = await EndAsync(client, workers, cancellationToken);
        Say($"{Workers} workers of one thread, {Kills} kills: {watch.Elapsed.TotalSeconds:F1} s; {end}");
        string found = JsonSerializer.Serialize(await ReportCommand.ReadAsync(server.ConnectionString, "trial", Data, cancellationToken), Json);
        string expected = await File.ReadAllTextAsync(Path.Combine(folder, "result.json"), cancellationToken);
        Say(found == expected ? "every score is that of the one process, bit for bit" : "THE SCORES DIFFER from those of the one process");
        await SayAsync(server, "units with a row: {0}", "select count(*) from spot.study_units");
        await SayAsync(server, "begun more than once: {0} of them", "select count(*) from spot.study_work where starts > 1");
        await SayAsync(server, "bytes a unit in Spot's tables: {0}", "select (pg_total_relation_size('spot.study_units') + pg_total_relation_size('spot.study_work')) / (select count(*) from spot.study_units)");
        await SayAsync(server, "bytes a unit in Hangfire's tables: {0}", "select sum(pg_total_relation_size(oid))::bigint / (select count(*) from spot.study_units) from pg_class where relnamespace = 'hangfire'::regnamespace and relkind = 'r'");
        Directory.Delete(folder, recursive: true);
    }

    private async Task SpeedAsync(CancellationToken cancellationToken)
    {
        double[] rates = new double[2];
        for (int count = 1; count <= 2; count++)
        {
            using TrialServer server = TrialServer.Start();
            await using StudyClient client = new(server.ConnectionString);
            await SubmitAsync(client, cancellationToken);
            List<Process> workers = [.. Enumerable.Range(0, count).Select(_ => Work(server))];
            while ((await StatusAsync(client, cancellationToken)).Done < 60) // by then what they do is compiled
            {
                await Task.Delay(500, cancellationToken);
            }

            // Nobody asks the database meanwhile: it has no processor of its own.
            (int before, Stopwatch watch) = ((await StatusAsync(client, cancellationToken)).Done, Stopwatch.StartNew());
            await Task.Delay(TimeSpan.FromSeconds(60), cancellationToken);
            StudyProgressReport now = await StatusAsync(client, cancellationToken);
            rates[count - 1] = (now.Done - before) / watch.Elapsed.TotalSeconds;
            Say($"{count} of one thread: {rates[count - 1]:F2} units/s");
            workers.ForEach(worker => worker.Kill());
        }

        Say($"two do {rates[1] / rates[0]:F2} times what one does");
    }

    private async Task<StudyProgressReport> SubmitAsync(StudyClient client, CancellationToken cancellationToken)
    {
        StudyPlan plan = Settings.Plan(Data);
        long began = Stopwatch.GetTimestamp();
        int enqueued = await client.SubmitAsync("trial", plan, Settings.ToText(), cancellationToken);
        StudyProgressReport status = await StatusAsync(client, cancellationToken);
        Say($"submitted {status.Total} units, {enqueued} of them jobs at once, in {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s");
        return status;
    }

    private static async Task<StudyProgressReport> EndAsync(StudyClient client, List<Process> workers, CancellationToken cancellationToken)
    {
        StudyProgressReport status;
        do
        {
            await Task.Delay(100, cancellationToken);
            status = await StatusAsync(client, cancellationToken);
        }
        while (!status.IsEnded);
        workers.ForEach(worker => worker.Kill());
        return status;
    }

    private static async Task<StudyProgressReport> StatusAsync(StudyClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await client.StatusAsync("trial", cancellationToken))!;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(200, cancellationToken); // the database restarts
            }
        }
    }

    private Process Work(TrialServer server) => Start("work", "--database", server.ConnectionString, "--data", Data, "--device", "cpu", "--lost-after", "5");

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1"; // the same bits in every process
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task SayAsync(TrialServer server, string text, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        Say(string.Format(CultureInfo.InvariantCulture, text, await command.ExecuteScalarAsync()));
    }

    private static void Say(string text) => Console.WriteLine(text);
}
