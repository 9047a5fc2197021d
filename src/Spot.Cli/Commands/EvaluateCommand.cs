using System.CommandLine;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary><c>spot evaluate</c>: scores a prompt on a task's examples.</summary>
internal sealed class EvaluateCommand : ToolCommand
{
    private static readonly string[] Splits = ["train", "validation", "test"];

    private readonly TaskChoice _task = new();
    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly PromptChoice _prompt;
    private readonly LibraryOptions _options = LibraryOptions.Of<EvaluationOptions>();
    private readonly Option<string> _split = NamedChoice.Option("--split", "Which examples [default: validation]", Splits);
    private readonly Option<string?> _predictions = new("--predictions") { HelpName = "FILE", Description = "Write what was answered to each example there, as JSON lines" };

    public EvaluateCommand(Terminal terminal)
        : base("evaluate", "Score a prompt on a task's examples: metrics, confusion matrix, answers.", terminal)
    {
        _prompt = new PromptChoice(_library);
        Add(_task);
        Add(_prompt);
        Options.Add(_split);
        Options.Add(_predictions);
        Add(_library);
        Add(_model);
        Add(_options);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        IReadOnlyList<TextExample> examples = Examples(task, Split(call));
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        (SoftPrompt? prompt, PromptInfo? info) = await _prompt.ReadAsync(call, backbone, cancellationToken);
        EvaluationOptions options = AsTuned(info);
        _options.Apply(call.Parsed, options);
        PromptEvaluation evaluation = await new PromptEvaluator(backbone).EvaluateAsync(prompt, task, examples, options, cancellationToken);
        string? file = call.Parsed.GetValue(_predictions);
        if (file is not null)
        {
            AtomicFile.WriteText(Path.GetFullPath(file), string.Concat(evaluation.Predictions.Select(prediction => ResultJson.Line(Row(task, prediction)) + "\n")));
        }

        string split = Split(call);
        call.Result(
            new
            {
                prompt = _prompt.Name(call.Parsed),
                task = task.Name,
                split,
                examples = examples.Count,
                method = options.Method,
                evaluation.Score,
                evaluation.InvalidOutputRate,
                evaluation.Metrics,
                evaluation.CalibrationTemperature,
                confusion = evaluation.Confusion is { } matrix ? Json(matrix) : null,
                predictions = file,
            },
            () =>
            {
                call.Say($"{_prompt.Name(call.Parsed)} on {examples.Count} {split} examples of {task.Name}: {evaluation}");
                if (evaluation.Confusion is { } confusion)
                {
                    call.Say("");
                    call.Say(confusion.ToString());
                    call.Say("");
                }
            });
        if (file is not null)
        {
            call.Say($"The answers are in {file}.");
        }

        call.Next(Advice(call, task, examples, file));
        return ExitCode.Done;
    }

    private string Split(Call call) => call.Parsed.GetValue(_split) ?? "validation";

    private string Advice(Call call, TextTask task, IReadOnlyList<TextExample> examples, string? file) =>
        file is null ? $"see each answer with --predictions FILE: {call.CommandLine} --predictions {task.Name}.jsonl"
        : ReferenceEquals(examples, task.Test) ? $"spot serve{_library.Again(call.Parsed)}" : $"spot predict {Shell.Quote(_prompt.Name(call.Parsed))} \"a text\"{_library.Again(call.Parsed)}";

    // As the prompt's run evaluated it, unless the command line says otherwise.
    private static EvaluationOptions AsTuned(PromptInfo? info)
    {
        EvaluationOptions options = new();
        options.Method = info?.EvaluationMethod ?? options.Method;
        options.MaxInputLength = info?.MaxInputLength ?? options.MaxInputLength;
        options.MaxTargetLength = info?.MaxTargetLength ?? options.MaxTargetLength;
        return options;
    }

    private IReadOnlyList<TextExample> Examples(TextTask task, string split)
    {
        IReadOnlyList<TextExample> examples = split switch
        {
            "train" => task.Train,
            "validation" => task.Validation,
            "test" => task.Test,
            _ => throw new ArgumentException($"Found {_split.Name} '{split}', expected one of {string.Join(", ", Splits)}."),
        };
        return examples.Count > 0 ? examples : throw new ArgumentException($"'{task.Name}' has no {split} examples. Add a {split} file to its folder, or choose another {_split.Name}.");
    }

    private static object Row(TextTask task, TaskPrediction prediction) => new
    {
        input = prediction.Example.Input,
        target = prediction.Example.Target,
        answer = prediction.Text,
        isRight = prediction.IsExactMatch,
        probabilities = prediction.LabelProbabilities is { } probabilities ? task.Labels.Zip(probabilities).ToDictionary(pair => pair.First, pair => pair.Second) : null,
    };

    private static object Json(ConfusionMatrix matrix) => new
    {
        labels = matrix.Labels,
        counts = Enumerable.Range(0, matrix.Labels.Count).Select(target => Enumerable.Range(0, matrix.Labels.Count).Select(answer => matrix[target, answer])),
        invalid = Enumerable.Range(0, matrix.Labels.Count).Select(matrix.Invalid),
    };
}
