using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Registry;

/// <summary>Every data folder, through the registry, against row counts and hashes that another implementation made. Needs the large data set.</summary>
public class TaskDataTests
{
    private const string NoData = "The task data are not there; set SPOT_SHARED to the folder that holds 'data'.";

    [Fact]
    public async Task Every_folder_loads_with_the_rows_of_its_card()
    {
        string root = Root();
        foreach (string folder in Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, "train.jsonl.gz"))).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            JsonElement sizes = GoldenData.Json(Path.Combine(folder, "meta.json")).GetProperty("sizes");
            Dictionary<string, int> rows = await TaskRegistry.RowsAsync(name, root, new TaskLoadOptions(), TestContext.Current.CancellationToken)
                .CountBy(row => row.Split).ToDictionaryAsync(StringComparer.Ordinal, TestContext.Current.CancellationToken);
            foreach (JsonProperty split in sizes.EnumerateObject().Where(split => split.Value.GetInt32() > 0))
            {
                Assert.Equal($"{name} {split.Name}: {split.Value.GetInt32()}", $"{name} {split.Name}: {rows.GetValueOrDefault(split.Name)}");
            }
        }
    }

    [Fact]
    public void Every_task_is_formatted_as_the_reference_says()
    {
        string root = Root();
        foreach (JsonProperty entry in GoldenData.Json(Path.Combine(GoldenData.Folders("preprocess").First(), "stats.json")).EnumerateObject())
        {
            TextTask task = TaskRegistry.Load(entry.Name, root, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(entry.Name, task.Name);
            foreach (JsonProperty split in entry.Value.EnumerateObject())
            {
                IReadOnlyList<TextExample> examples = split.Name switch { "train" => task.Train, "validation" => task.Validation, _ => task.Test };
                Assert.Equal($"{entry.Name} {split.Name} {split.Value.GetProperty("sha256").GetString()}", $"{entry.Name} {split.Name} {Hash(examples)}");
                Assert.Equal(split.Value.GetProperty("outputs").GetInt32(), examples.Count);
            }
        }
    }

    private static string Hash(IEnumerable<TextExample> examples)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TextExample example in examples)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{example.Input}\t{example.Target}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Root()
    {
        string? root = TestPaths.Shared("data");
        Assert.SkipWhen(root is null, NoData);
        return root!;
    }
}
