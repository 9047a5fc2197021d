using System.CommandLine;
using Spectre.Console;
using Spot;
using Spot.Backbone;
using Spot.Plots;
using Spot.Samples.TransferStudy;
using Spot.Studies;
using Spot.Transfer;

// Without options everything comes from beside the program: the tiny T5 and the sample tasks.
string beside = AppContext.BaseDirectory;
Option<Preset> preset = new("--preset") { Description = "smoke: every part once, some minutes; small: the small-model recipe, an hour or more; planted: tasks of which the truth is known, made for the model, some minutes; full: the paper's recipe, for published checkpoints", DefaultValueFactory = _ => Preset.Smoke, HelpName = "smoke|small|planted|full" };
Option<string> output = new("--output") { HelpName = "FOLDER", Description = "Folder of the study: all it needs to go on, and report/ with its report", Required = true };
Option<bool> resume = new("--resume") { Description = "Go on with the study in --output" };
Option<StudyShard> shard = new("--shard") { Description = "i/n: do the i-th of n parts, each with an --output of its own", DefaultValueFactory = _ => StudyShard.All, CustomParser = Shard, HelpName = "i/n" };
Option<string[]> merge = new("--merge") { Description = "Folders of other shards to take over before going on", AllowMultipleArgumentsPerToken = true };
Option<bool> reportOnly = new("--report-only") { Description = "Run nothing, only write the report of what is there" };
Option<string> data = new("--data") { Description = "Folder of task folders, your own or public data sets by name", DefaultValueFactory = _ => Path.Combine(beside, "data") };
Option<string?> tasks = new("--tasks") { HelpName = "FILE", Description = "JSON with formats and families of your own, which are then known by name" };
Option<string[]> sources = new("--sources") { Description = "Names of source tasks or families; none for those of --mixture alone", AllowMultipleArgumentsPerToken = true };
Option<string[]> targets = new("--targets") { Description = "Names of target tasks or families", AllowMultipleArgumentsPerToken = true };
Option<string[]> mixtures = new("--mixture") { Description = "A source that is a mixture of tasks or families, name=a,b,c; may be given several times. It is left out for targets that are among its tasks", AllowMultipleArgumentsPerToken = true, HelpName = "name=a,b,c" };
Option<bool> leaveOneOut = new("--leave-one-out") { Description = "Generic transfer: for every target one source, the mixture of all --sources but the target itself, which is one of them" };
Option<bool> fewShot = new("--few-shot") { Description = "Also let the model itself answer, with examples of the target in front of each input" };
Option<bool> modelTuning = new("--model-tuning") { Description = "Also tune all weights on every target" };
Option<bool> multiTask = new("--multi-task-model-tuning") { Description = "Also tune all weights on every --mixture, then on every target; with --model-tuning" };
Option<string[]> sweep = new("--sweep") { Description = "Run nothing: read the finished studies in these folders, of several models, and write methods against parameters into --output", AllowMultipleArgumentsPerToken = true, HelpName = "FOLDER..." };
Option<string> model = new("--model") { Description = "Folder of a T5 checkpoint", DefaultValueFactory = _ => Path.Combine(beside, "models", "spot-tiny") };
Option<int?> seeds = new("--seeds") { Description = "Runs of each task, in place of the preset's" };
Option<int?> sourceSeeds = new("--source-seeds") { Description = "Prompts of each source, in place of --seeds or the preset's" };
Option<int?> sourceSteps = new("--source-steps") { Description = "Tuning steps of source prompts, in place of the preset's" };
Option<int?> targetSteps = new("--target-steps") { Description = "Tuning steps of targets, in place of the preset's" };
Option<int?> embeddingStep = new("--embedding-step") { Description = "The step whose prompt is the task embedding, in place of the preset's" };
Option<int?> promptLength = new("--prompt-length") { Description = "Rows of every prompt, in place of the preset's" };
Option<int?> targetRows = new("--target-rows") { Description = "Training rows that a target may use at most: what does transfer bring where labels are scarce?" };
Option<int?> testRows = new("--test-rows") { Description = "Test rows of a target at most, in place of twice as many as validation rows" };
Option<int?> patience = new("--patience") { Description = "A target's run ends after this many evaluations without a better score" };
Option<PromptInitialization?> sourceStart = new("--source-start") { Description = "Where source prompts, embeddings and mixtures start, in place of sampled vocabulary, the paper's: ClassLabels, RandomUniform, ..." };
Option<bool> mostSimilarOnly = new("--most-similar-only") { Description = "Leave out the run of every target from every source prompt: a target starts from the prompt that is most similar by displacement, and from a mixture of the most similar" };
Option<bool> labelRows = new("--label-rows") { Description = "Exchange a source prompt's first rows for the embeddings of the target's labels before the target is tuned" };
Option<bool> equalSteps = new("--equal-steps") { Description = "Also tune every target without transfer for as many steps as a transfer takes in all, its source's and its embedding's included; smoke does" };
Option<double?> rate = new("--rate") { Description = "Adafactor's learning rate, in place of the preset's" };
Option<double?> targetRate = new("--target-rate") { Description = "Adafactor's learning rate for targets alone: lower ones keep more of what a source prompt brings" };
Option<BackbonePrecision> precision = new("--precision") { Description = "Float32, BFloat16 or Auto; a study needs the same one throughout", DefaultValueFactory = _ => BackbonePrecision.Float32 };
Option<string> device = new("--device") { Description = "auto, cpu, cuda, cuda:N or mps", DefaultValueFactory = _ => "auto" };
foreach (Option<int?> number in (Option<int?>[])[seeds, sourceSeeds, sourceSteps, targetSteps, embeddingStep, promptLength, targetRows, testRows, patience])
{
    number.Validators.Add(found =>
    {
        if (found.Tokens.Count == 1 && int.TryParse(found.Tokens[0].Value, out int value) && value < 1)
        {
            found.AddError($"Found {number.Name} {value}, expected at least 1.");
        }
    });
}

foreach (Option<double?> number in (Option<double?>[])[rate, targetRate])
{
    number.Validators.Add(found =>
    {
        if (found.Tokens.Count == 1 && found.GetValueOrDefault<double?>() is not > 0)
        {
            found.AddError($"Found {number.Name} {found.Tokens[0].Value}, expected a number above 0.");
        }
    });
}

RootCommand command = new("A study of soft prompt transfer: every source task against every target task, and what similarity, search and racing make of it.")
{
    preset, output, resume, shard, merge, reportOnly, data, tasks, sources, targets, mixtures, leaveOneOut, fewShot, modelTuning, multiTask, sweep, model, seeds, sourceSeeds, sourceSteps, targetSteps, embeddingStep, promptLength, targetRows, testRows, patience, sourceStart, mostSimilarOnly, labelRows, equalSteps, rate, targetRate, device, precision,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    Settings settings = new()
    {
        Preset = parsed.GetValue(preset),
        Model = parsed.GetValue(model)!,
        Data = parsed.GetValue(data)!,
        Tasks = parsed.GetValue(tasks),
        Sources = parsed.GetValue(sources) ?? [],
        Targets = parsed.GetValue(targets) ?? [],
        Mixtures = parsed.GetValue(mixtures) ?? [],
        LeaveOneOut = parsed.GetValue(leaveOneOut),
        FewShot = parsed.GetValue(fewShot),
        ModelTuning = parsed.GetValue(modelTuning),
        MultiTaskModelTuning = parsed.GetValue(multiTask),
        Output = parsed.GetValue(output)!,
        Resume = parsed.GetValue(resume),
        Shard = parsed.GetValue(shard),
        Merge = parsed.GetValue(merge) ?? [],
        ReportOnly = parsed.GetValue(reportOnly),
        Seeds = parsed.GetValue(seeds),
        SourceSeeds = parsed.GetValue(sourceSeeds),
        SourceSteps = parsed.GetValue(sourceSteps),
        TargetSteps = parsed.GetValue(targetSteps),
        EmbeddingStep = parsed.GetValue(embeddingStep),
        PromptLength = parsed.GetValue(promptLength),
        TargetRows = parsed.GetValue(targetRows),
        TestRows = parsed.GetValue(testRows),
        Patience = parsed.GetValue(patience),
        SourceStart = parsed.GetValue(sourceStart),
        MostSimilarOnly = parsed.GetValue(mostSimilarOnly),
        LabelRows = parsed.GetValue(labelRows),
        EqualSteps = parsed.GetValue(equalSteps),
        Rate = parsed.GetValue(rate),
        TargetRate = parsed.GetValue(targetRate),
        Device = parsed.GetValue(device)!,
        Precision = parsed.GetValue(precision),
    };
    try
    {
        if (parsed.GetValue(sweep) is { Length: > 0 } folders)
        {
            Sweep(folders, settings.Output);
            return 0;
        }

        await new StudyProgram(settings).RunAsync(cancellationToken);
        return 0;
    }
    catch (OperationCanceledException)
    {
        AnsiConsole.MarkupLineInterpolated($"[yellow]Stopped.[/] Run the same command with --resume to go on.");
        return 130;
    }
    catch (Exception e) when (e is SpotException or IOException or InvalidDataException or ArgumentException or ArithmeticException or UnauthorizedAccessException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync();

static void Sweep(string[] folders, string output)
{
    SweepStudy[] studies = [.. folders.Select(SweepFile.Read)];
    foreach (SweepStudy study in studies.Where(study => study.Result.Missing > 0))
    {
        AnsiConsole.MarkupLineInterpolated($"[yellow]{study.Name} lacks {study.Result.Missing} units[/]; methods that need them have no mark.");
    }

    AnsiConsole.MarkupLineInterpolated($"Sweep: {StudySweep.Write(studies, output)[0]}");
}

static StudyShard Shard(System.CommandLine.Parsing.ArgumentResult found)
{
    try
    {
        return StudyShard.Parse(found.Tokens[0].Value);
    }
    catch (FormatException e)
    {
        found.AddError(e.Message);
        return default;
    }
}
