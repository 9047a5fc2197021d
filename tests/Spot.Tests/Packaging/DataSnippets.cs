using Spot.Backbone;
using Spot.Tasks;

namespace Spot.Tests.Packaging;

/// <summary>The snippets of docs/data.md, in their order. They are compiled, not run; change both together.</summary>
internal static class DataSnippets
{
    public static void Rows()
    {
        foreach (DataRow row in DataFile.Read("train.csv"))
        {
            Console.WriteLine($"{row.Place}: {row.Fields["text"]}");
        }
    }

    public static async Task RowsAsync(CancellationToken cancellationToken)
    {
        await foreach (DataRow row in DataFile.ReadAsync("train.parquet", cancellationToken: cancellationToken))
        {
            Console.WriteLine($"{row.Place}: {row.Fields["text"]}");
        }
    }

    public static IEnumerable<DataRow> WithoutHeader()
    {
        IEnumerable<DataRow> rows = DataFile.Read("CoLA/train.tsv", new DataFileOptions { HasHeader = false, Columns = ["source", "label", "mark", "sentence"] });
        return rows;
    }

    public static TextTask Own()
    {
        TextFormat format = TextFormat.FromTemplate(
            "stars", "title: {title} text: {body}", target: "stars", labels: new Dictionary<string, string> { ["1"] = "bad", ["5"] = "good" });
        TextTask task = TaskRegistry.Load(format, "data/stars");       // train.csv, validation.csv
        return task;
    }

    public static TextTask[] Named()
    {
        TextTask mrpc = TaskRegistry.Load("mrpc", "data");            // data/mrpc/train.tsv, dev.tsv, test.tsv …
        TextTask cola = TaskRegistry.Load("cola", "glue_data/CoLA");  // the task's own folder, whatever its name
        foreach (string name in TaskRegistry.Available("data"))       // what of all tasks is there
        {
            Console.WriteLine(name);
        }

        return [mrpc, cola];
    }

    public static TaskMixture Family()
    {
        TaskFamily nli = TaskFamily.Named("nli");
        (IReadOnlyList<string> found, IReadOnlyList<string> missing, IReadOnlyList<string> standIns) = nli.In("data");   // what can be built from local files
        TaskMixture mixture = nli.Load("data", standIns: true);       // the study's rates
        Console.WriteLine($"{found.Count} {missing.Count} {standIns.Count}");
        return mixture;
    }

    public static void ByName()
    {
        TaskMetrics.Register(new TaskMetric("mean_length", (predictions, labels) => predictions.Average(prediction => prediction.Text.Length)));
        TaskRegistry.Register(TextFormat.Parse("""{"name": "notes", "input": "notes text: {body}", "target": "title", "metrics": ["mean_length"]}"""));
        TaskRegistry.Register(new TaskFamily("reviews", ["cr", "imdb", "notes"], []));
        TaskRegistry.RegisterFrom("tasks.json");                      // formats and families
    }

    public static void Look(TextTask task, T5Backbone backbone, TuningOptions options)
    {
        DataReport report = DataReport.Create(task, backbone.Tokenizer, options);
        Console.WriteLine(report);                                    // rows, labels, lengths, truncation, unknown tokens, duplicates
        foreach (TaskLeak leak in TaskLeaks.Find(["squad", "squad_v2", "qnli"], "data"))
        {
            Console.WriteLine(leak);                                  // squad → squad_v2: 812 of 812 validation rows (100.0 %) hold a text of squad's training rows
        }
    }
}
