using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spot.Tasks;

namespace Spot.Cli;

/// <summary><c>spot data split</c>: makes a task folder of one data file.</summary>
internal sealed class DataSplitCommand : ToolCommand
{
    private static readonly JsonSerializerOptions Card = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string> _file = new("file") { HelpName = "FILE", Description = "A data file: CSV, TSV, JSON lines, JSON or Parquet, also compressed" };
    private readonly Option<string> _output = new("--output") { HelpName = "FOLDER", Description = "The task folder, new or empty; its name is the task's", Required = true };
    private readonly Option<string> _input = new("--input") { HelpName = "TEMPLATE", Description = "The input, with columns in braces: 'review: {text}' [default: the column input]" };
    private readonly Option<string> _target = new("--target") { HelpName = "COLUMN", Description = "The column with the answer [default: target]" };
    private readonly Option<string> _validation = new("--validation-share") { HelpName = "NUMBER", Description = "The share of the rows that choose the best checkpoint [default: 0.2]" };
    private readonly Option<string> _test = new("--test-share") { HelpName = "NUMBER", Description = "The share of the rows to report on [default: 0.2]" };
    private readonly Option<string> _seed = new("--seed") { HelpName = "NUMBER", Description = "Decides which rows go where [default: 0]" };
    private readonly LibraryOptions _options = LibraryOptions.Of<DataFileOptions>();

    public DataSplitCommand(Terminal terminal)
        : base("split", "Make a task folder of one data file: training, validation and test rows, and labels.", terminal)
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_output, _input, _target, _validation, _test, _seed])
        {
            Options.Add(option);
        }

        Add(_options);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string file = call.Parsed.GetValue(_file)!, output = call.Parsed.GetValue(_output)!;
        double validation = Share(call, _validation), test = Share(call, _test);
        if (validation <= 0 || test < 0 || validation + test >= 1)
        {
            throw new ArgumentException($"Found {_validation.Name} {validation} and {_test.Name} {test}, expected shares above 0 that leave rows to train on.");
        }

        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
        {
            throw new ArgumentException($"'{output}' is not empty, expected a new folder. Name another one with {_output.Name}, or remove it.");
        }

        DataFileOptions options = new();
        _options.Apply(call.Parsed, options);
        TextFormat format = Template.Format("split", call.Parsed.GetValue(_input) ?? "{input}", call.Parsed.GetValue(_target) ?? "target");
        TextExample[] rows = await DataFile.ReadAsync(file, options, cancellationToken).SelectMany(row => format.Apply(row)).ToArrayAsync(cancellationToken);
        new Random((int)(long)OptionValue.Parse(_seed.Name, call.Parsed.GetValue(_seed) ?? "0", typeof(long))!).Shuffle(rows);
        int validationRows = Math.Max(1, (int)Math.Round(validation * rows.Length)), testRows = (int)Math.Round(test * rows.Length);
        if (rows.Length - validationRows - testRows < 1)
        {
            throw new InvalidDataException($"'{file}' has {rows.Length} {(rows.Length == 1 ? "row" : "rows")}, expected enough to train on beside {validationRows} for validation and {testRows} for test.");
        }

        (string Name, TextExample[] Rows)[] splits =
        [
            ("train", rows[(validationRows + testRows)..]), ("validation", rows[..validationRows]), ("test", rows[validationRows..(validationRows + testRows)]),
        ];
        string[] targets = [.. rows.Select(row => row.Target).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] labels = targets.Length is >= 2 and <= TaskFolder.MaxInferredLabels && targets.Length * 2 <= rows.Length ? targets : [];
        Write(output, splits, labels);
        TextTask task = await TaskFolder.LoadAsync(output, cancellationToken: cancellationToken); // what was written is what is read
        call.Result(
            new { task = task.Name, folder = Path.GetFullPath(output), train = task.Train.Count, validation = task.Validation.Count, test = task.Test.Count, labels },
            () => call.Say($"{output} holds the task {task.Name}: {task.Train.Count} training, {task.Validation.Count} validation and {task.Test.Count} test rows, {(labels.Length > 0 ? $"labels {string.Join(", ", labels)}" : "free-form answers")}."));
        call.Next($"spot data report {Shell.Quote(output)}", $"spot tune {Shell.Quote(output)}");
        return ExitCode.Done;
    }

    private static void Write(string folder, (string Name, TextExample[] Rows)[] splits, string[] labels)
    {
        string full = Directory.CreateDirectory(folder).FullName;
        foreach ((string name, TextExample[] rows) in splits.Where(split => split.Rows.Length > 0))
        {
            File.WriteAllLines(Path.Combine(full, name + ".jsonl"), rows.Select(row => ResultJson.Line(new { input = row.Input, target = row.Target })));
        }

        File.WriteAllText(Path.Combine(full, "task.json"), JsonSerializer.Serialize(new { name = Path.GetFileName(Path.TrimEndingDirectorySeparator(full)), labels }, Card) + "\n");
    }

    private static double Share(Call call, Option<string> option) => (double)OptionValue.Parse(option.Name, call.Parsed.GetValue(option) ?? "0.2", typeof(double))!;
}
