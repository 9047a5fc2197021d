using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Spot.Library;
using Spot.PostgreSql;
using Spot.Similarity;

namespace Spot.Benchmarks.Library;

/// <summary>
/// The <c>database</c> command: <c>database connection-string [records] [width] [rows]</c>, 100,000, 64 and 1 unless given. Fills the schema spot_benchmark of
/// a PostgreSQL, which is dropped first and last, and measures a library there; what it finds is compared with comparing one by one.
/// </summary>
internal static class DatabaseCommand
{
    private const string Schema = "spot_benchmark";
    private const int Rounds = 9, K = 10, Compared = 5;

    /// <returns>The exit code: 1 where something else was found than by comparing one by one.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int[] numbers = [.. args.Skip(1).Select(argument => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        if (args.Length is 0 or > 4 || numbers.Contains(0))
        {
            Console.Error.WriteLine($"Found database {string.Join(' ', args.Skip(1))}, expected database connection-string [records] [width] [rows], each at least 1.");
            return 1;
        }

        (int count, int dim, int length) = (numbers.ElementAtOrDefault(0) is > 0 and int c ? c : 100_000, numbers.ElementAtOrDefault(1) is > 0 and int d ? d : 64, numbers.ElementAtOrDefault(2) is > 0 and int l ? l : 1);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(args[0]);
        await ExecuteAsync(source, $"drop schema if exists {Schema} cascade");
        await PostgreSqlSchema.MigrateAsync(source, Schema);
        int wrong = await MeasureAsync(source, count, dim, length);
        await ExecuteAsync(source, $"drop schema {Schema} cascade");
        return wrong == 0 ? 0 : 1;
    }

    private static async Task<int> MeasureAsync(NpgsqlDataSource source, int count, int dim, int length)
    {
        Say($"{count:N0} records of width {dim} with {length} rows copied in in {await SecondsAsync(() => CopyAsync(source, count, dim, length)):F1} s");
        await using (NpgsqlCommand size = source.CreateCommand($"select pg_total_relation_size('{Schema}.prompts')"))
        {
            Say($"{(long)(await size.ExecuteScalarAsync())! / (double)count:F0} bytes a record in the database");
        }

        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, Schema), writer = await PostgreSqlPromptLibrary.OpenAsync(source, Schema);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Say($"keys read in {await SecondsAsync(() => library.RefreshAsync()):F1} s, {(Environment.CpuUsage.TotalTime - before).TotalSeconds:F1} s of them this process's processor time");
        Say($"first search {1000 * await SecondsAsync(() => SearchAsync(library, 0, dim, length)):F0} ms more than a later one, as it checks what it reads");
        List<double> searches = [], adds = [], refreshes = [], told = [];
        for (int round = 0; round < Rounds; round++)
        {
            searches.Add(await SecondsAsync(() => SearchAsync(library, round, dim, length)));
            adds.Add(await SecondsAsync(() => writer.AddAsync(RandomLibrary.Record(count + (2 * round), dim, length))));
            refreshes.Add(await SecondsAsync(() => library.RefreshAsync()));
            PromptRecord next = RandomLibrary.Record(count + (2 * round) + 1, dim, length);
            await writer.AddAsync(next);
            told.Add(await SecondsAsync(async () =>
            {
                while ((await library.SearchAsync(next.Embedding!, new() { K = 1 }))[0].Info.Id != next.Info.Id)
                {
                    await Task.Delay(1);
                }
            }));
        }

        Say($"medians of {Rounds}: search {Median(searches):F1} ms, add {Median(adds):F1} ms, refresh after one add {Median(refreshes):F1} ms, found without asking {Median(told):F1} ms after the add, a search included");
        Say($"memory at most {PeakMemory.Gigabytes():F1} GB, with what of the keys' files is mapped");
        return await CompareAsync(library, count + (2 * Rounds), dim, length);
    }

    // As many statements would, but in one: the rows are those that AddAsync writes.
    private static async Task CopyAsync(NpgsqlDataSource source, int count, int dim, int length)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync(
            $"copy {Schema}.prompts (id, backbone, dim, sidecar, payload, keys, keys_sha256) from stdin (format binary)");
        foreach (object[] row in Enumerable.Range(0, count).AsParallel().AsOrdered().Select(number => Row(number, dim, length)))
        {
            await rows.StartRowAsync();
            await rows.WriteAsync((string)row[0]);
            await rows.WriteAsync(RandomLibrary.Backbone);
            await rows.WriteAsync(dim);
            await rows.WriteAsync((byte[])row[1], NpgsqlDbType.Json);
            await rows.WriteAsync((byte[])row[2], NpgsqlDbType.Bytea);
            await rows.WriteAsync((byte[])row[3], NpgsqlDbType.Bytea);
            await rows.WriteAsync((byte[])row[4], NpgsqlDbType.Bytea);
        }

        await rows.CompleteAsync();
    }

    private static object[] Row(int number, int dim, int length)
    {
        PromptRecord record = RandomLibrary.Record(number, dim, length);
        RecordFiles files = RecordFiles.Of(record);
        byte[] keys = PromptRow.ToBytes(IndexKeys.Of(record.Embedding!));
        return [record.Info.Id, files.Json, files.Payload, keys, PromptRow.HashKeys(files.Sidecar.Sha256, RandomLibrary.Step, keys)];
    }

    private static async Task<int> CompareAsync(PostgreSqlPromptLibrary library, int count, int dim, int length)
    {
        int wrong = 0;
        TaskEmbedding[] queries = [.. Enumerable.Range(0, Compared).Select(number => RandomLibrary.Query(number, dim, length))];
        (string, double)[][] all = new (string, double)[count][];
        Parallel.For(0, count, number =>
        {
            PromptRecord record = RandomLibrary.Record(number, dim, length);
            all[number] = [.. queries.Select(query => (record.Info.Id, PromptCosine.Compare(record.Embedding!, query, PromptSimilarity.AverageDisplacement)))];
        });
        for (int query = 0; query < Compared; query++)
        {
            IReadOnlyList<PromptMatch> found = await library.SearchAsync(queries[query], new() { K = K });
            wrong += all.Select(of => of[query]).OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.Item1, StringComparer.Ordinal).Take(K)
                .SequenceEqual(found.Select(match => (match.Info.Id, match.Similarity))) ? 0 : 1;
        }

        Say($"{Compared - wrong} of {Compared} searches found the same, to the last bit, as comparing all one by one");
        return wrong;
    }

    private static async Task SearchAsync(PostgreSqlPromptLibrary library, int query, int dim, int length)
    {
        if ((await library.SearchAsync(RandomLibrary.Query(query, dim, length), new() { K = K })).Count != K)
        {
            throw new InvalidOperationException("The search did not find ten records.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> seconds) => 1000 * seconds.Order().ElementAt(seconds.Count / 2);

    private static void Say(FormattableString text) => Console.WriteLine("database: " + text.ToString(CultureInfo.InvariantCulture));
}
