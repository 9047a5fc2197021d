using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Spot.Tests;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>Several processes in one library, which are killed at any moment.</summary>
public class ProcessTests
{
    private const string ConnectionVariable = "SPOT_POSTGRES_TEST_CONNECTION", LogVariable = "SPOT_POSTGRES_TEST_LOG", NameVariable = "SPOT_POSTGRES_TEST_NAME";
    private const int Processes = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The environment's SPOT_TEST_POSTGRES_ADDS asks for more: 200 is the whole one.
    private static int Adds => int.TryParse(Environment.GetEnvironmentVariable("SPOT_TEST_POSTGRES_ADDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int adds) ? adds : 60;

    [Fact]
    public async Task Of_processes_that_are_killed_nothing_is_lost_that_was_acknowledged()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync(); // durable, as a user's
        string connection = await server.CreateDatabaseAsync();
        using TempFolder folder = new();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        Random random = new(11);
        Process?[] children = new Process?[Processes];
        string[] logs = [.. Enumerable.Range(0, Processes).Select(name => Path.Combine(folder.Path, $"log{name}"))];
        try
        {
            int kills = 0, each = Adds / Processes;
            while (logs.Any(log => Acknowledged(log).Length < each))
            {
                for (int name = 0; name < Processes; name++)
                {
                    if (Acknowledged(logs[name]).Length < each && children[name] is not { HasExited: false })
                    {
                        children[name]?.Dispose();
                        children[name] = ChildProcess.Start(typeof(ProcessTests), nameof(The_child_adds), null, (ConnectionVariable, connection), (LogVariable, logs[name]), (NameVariable, $"{name}"));
                    }
                }

                await Task.Delay(random.Next(100), Token);
                int victim = random.Next(Processes), enough = random.Next(1, 8);
                int before = Acknowledged(logs[victim]).Length;
                while (children[victim] is { HasExited: false } && Acknowledged(logs[victim]).Length < Math.Min(each, before + enough))
                {
                    await Task.Delay(1, Token);
                }

                if (children[victim] is { HasExited: false } child)
                {
                    child.Kill(); // SIGKILL
                    await child.WaitForExitAsync(Token);
                    kills++;
                }

                // All the while others see only whole records.
                Assert.DoesNotContain(await library.SearchAsync(Samples.Query("q"), new() { K = 9999 }, Token), match => match.Info.Task != "task of " + match.Info.Id);
            }

            Assert.NotEqual(0, kills);
            TestContext.Current.SendDiagnosticMessage($"{kills} kills");
        }
        finally
        {
            foreach (Process child in children.OfType<Process>())
            {
                if (!child.HasExited)
                {
                    child.Kill();
                    await child.WaitForExitAsync(Token);
                }

                child.Dispose();
            }
        }

        await library.RefreshAsync(Token);
        string[] acknowledged = [.. logs.SelectMany(Acknowledged)], listed = await library.ListAsync(Token).Select(info => info.Id).ToArrayAsync(Token);
        Assert.Empty(acknowledged.Except(listed));
        Assert.True(listed.Length - acknowledged.Distinct().Count() <= acknowledged.Length); // beyond them, what was added while its process was killed
        foreach (string id in listed)
        {
            Samples.AssertEqual(Samples.Record(id), await library.GetAsync(id, Token));
        }

        Assert.Equal(Samples.Ranking(listed.Select(id => Samples.Record(id)), Samples.Query("q"), PromptSimilarity.AverageDisplacement), Samples.Ranking(await library.SearchAsync(Samples.Query("q"), new() { K = 9999 }, Token)));
        Assert.Empty(library.Problems);
    }

    [Fact(Explicit = true)]
    public async Task The_child_adds()
    {
        string log = ChildProcess.Variable(LogVariable), name = ChildProcess.Variable(NameVariable);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ChildProcess.Variable(ConnectionVariable));
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        for (int i = Acknowledged(log).Length; i < 10_000; i++)
        {
            string id = $"p{name}-{i}";
            try
            {
                await library.AddAsync(Samples.Record(id), cancellationToken: Token);
            }
            catch (SpotException exception) when (exception.Message.Contains("already", StringComparison.Ordinal))
            {
                // The process before this one was killed between the commit and its acknowledgement.
            }

            await File.AppendAllTextAsync(log, id + "\n", Token);
        }
    }

    private static string[] Acknowledged(string log)
    {
        if (!File.Exists(log))
        {
            return [];
        }

        using FileStream stream = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        string text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
