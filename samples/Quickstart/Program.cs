using System.CommandLine;
using Spectre.Console;
using Spot;
using Spot.Backbone;
using Spot.Samples.Quickstart;

// Without options everything comes from beside the program: the tiny T5 and the sample tasks.
string beside = AppContext.BaseDirectory;
Option<string> model = new("--model") { Description = "Folder of a T5 checkpoint", DefaultValueFactory = _ => Path.Combine(beside, "models", "spot-tiny") };
Option<string> data = new("--data") { Description = "Folder of task folders (train.jsonl, validation.jsonl, test.jsonl, task.json)", DefaultValueFactory = _ => Path.Combine(beside, "data") };
Option<string> target = new("--target") { Description = "The task to transfer to; the others are sources", DefaultValueFactory = _ => "books" };
Option<string?> library = new("--library") { Description = "Folder to keep the prompt library in; a new temporary one if not given" };
Option<int> sourceSteps = new("--source-steps") { Description = "Tuning steps of each source prompt", DefaultValueFactory = _ => 100 };
Option<int> targetSteps = new("--target-steps") { Description = "Tuning steps of each target prompt", DefaultValueFactory = _ => 20 };
Option<int> seeds = new("--seeds") { Description = "Runs per method", DefaultValueFactory = _ => 3 };
Option<int> k = new("--k") { Description = "Source prompts that transfer tries (best of top-k)", DefaultValueFactory = _ => 1 };
Option<BackbonePrecision> precision = new("--precision") { Description = "Float32, BFloat16 or Auto; results repeat only with the same one", DefaultValueFactory = _ => BackbonePrecision.Float32 };
Option<string> device = new("--device") { Description = "auto, cpu, cuda, cuda:N or mps", DefaultValueFactory = _ => "auto" };
Option<string[]> ask = new("--ask") { Description = "Inputs to classify at the end, in the form of the target's rows; sentences about books if the target is books", AllowMultipleArgumentsPerToken = true };

RootCommand command = new("Soft prompt transfer on a frozen T5: tune source prompts, keep them in a library, retrieve for a new task, compare, answer.")
{
    model, data, target, library, sourceSteps, targetSteps, seeds, k, device, precision, ask,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    QuickstartOptions options = new(
        parsed.GetValue(model)!, parsed.GetValue(data)!, parsed.GetValue(target)!, parsed.GetValue(library),
        parsed.GetValue(sourceSteps), parsed.GetValue(targetSteps), parsed.GetValue(seeds), parsed.GetValue(k), parsed.GetValue(device)!, parsed.GetValue(precision),
        parsed.GetValue(ask) is { Length: > 0 } asked ? asked : parsed.GetValue(target) == "books" ? OwnSentences.OfBooks : []);
    try
    {
        await new TransferDemo(options).RunAsync(cancellationToken);
        return 0;
    }
    catch (OperationCanceledException)
    {
        AnsiConsole.MarkupLine("[yellow]Stopped.[/]");
        return 130;
    }
    catch (Exception e) when (e is SpotException or IOException or InvalidDataException or ArgumentException or ArithmeticException or UnauthorizedAccessException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync();
