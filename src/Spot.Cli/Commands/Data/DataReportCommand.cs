using Spot.Tasks;
using Spot.Tokenization;

namespace Spot.Cli;

/// <summary><c>spot data report</c>: a look at a task's data before it is tuned on.</summary>
internal sealed class DataReportCommand : ToolCommand
{
    private readonly TaskChoice _task = new();
    private readonly ModelChoice _model = new();
    private readonly TuningSettings _tuning = new();

    public DataReportCommand(Terminal terminal)
        : base("report", "Look at a task's data: rows, labels, lengths in tokens, what would be cut, duplicates.", terminal)
    {
        Add(_task);
        Add(_model);
        Add(_tuning);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        DataReport report = DataReport.Create(task, T5Tokenizer.Load(_model.Folder(call.Parsed)), _tuning.Read(call.Parsed, _model), cancellationToken);
        call.Result(report, () => call.Say(report.ToString().TrimEnd()));
        call.Next(report.Problems.Count == 0 ? $"spot tune {Shell.Quote(_task.Data(call.Parsed)!)}" : "look at the lines that begin with !, then tune");
        return ExitCode.Done;
    }
}
