using System.CommandLine;
using System.Text.Json;
using Spot.Studies;
using Spot.Tasks;

namespace Spot.Cli;

/// <summary>What a study is of. The words of the command line are kept with the study, so that every machine makes the same plan of them and of its own copy of the data.</summary>
internal sealed class StudySettings : IOptionGroup
{
    private readonly Option<string[]> _sources = Names("--sources", "Source tasks or families, by the names of their folders or of the paper [default: all tasks in --data]; none for those of --mixture alone");
    private readonly Option<string[]> _mixtures = new("--mixture") { HelpName = "name=a,b,c", Description = "A source that is a mixture of tasks or families; may be given several times. It is left out for targets that are among its tasks", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _targets = Names("--targets", "Target tasks or families [default: all tasks in --data]");
    private readonly Option<string?> _sourceSteps = Number("--source-steps", "Tuning steps of source prompts [default: the recipe's]");
    private readonly Option<string?> _targetSteps = Number("--target-steps", "Tuning steps of targets [default: the recipe's; of paper 100000]");
    private readonly Option<string?> _targetRows = Number("--target-rows", "Training rows of a target at most: what does transfer bring where labels are scarce? [default: all]");
    private readonly Option<string?> _testRows = Number("--test-rows", "Test rows of a target at most [default: twice --max-validation-examples]");
    private readonly Option<bool> _fewShot = new("--few-shot") { Description = "Also let the model itself answer, with examples of the target in front of each input" };
    private readonly Option<bool> _modelTuning = new("--model-tuning") { Description = "Also tune all weights on every target, for as many steps as a prompt" };
    private readonly Option<bool> _multiTask = new("--multi-task-model-tuning") { Description = "Also tune all weights on every --mixture, then on every target; with --model-tuning, in a folder" };
    private readonly LibraryOptions _plan = LibraryOptions.Of<StudyPlan>();
    private readonly TuningSettings _tuning = new(nameof(TuningOptions.Seed), nameof(TuningOptions.RunFolder), nameof(TuningOptions.Steps), nameof(TuningOptions.Initialization));

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_sources, _mixtures, _targets, _sourceSteps, _targetSteps, _targetRows, _testRows, _fewShot, _modelTuning, _multiTask, .. _plan.Symbols, .. _tuning.Symbols];

    /// <summary>The folder of the tasks.</summary>
    public static Option<string> Data() => new("--data") { HelpName = "FOLDER", Description = "The folder that holds a folder for each task, the same for all who work on the study", Required = true };

    /// <summary>What was given of it, as a text from which <see cref="Read"/> makes the same plan.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isSmall">Whether the recipe for small models is meant where none is named.</param>
    public string ToText(ParseResult parsed, bool isSmall)
    {
        HashSet<Symbol> own = [.. Symbols];
        List<string> words = [.. _tuning.MissingWords(parsed, isSmall)];
        foreach (Option option in parsed.CommandResult.Command.Options.Where(own.Contains))
        {
            if (parsed.GetResult(option) is { Implicit: false } result)
            {
                words.AddRange([option.Name, .. result.Tokens.Select(token => token.Value)]);
            }
        }

        return JsonSerializer.Serialize(new { spot = words });
    }

    /// <summary>The plan of a study that was described by <see cref="ToText"/>.</summary>
    /// <exception cref="InvalidDataException">The text is none of the tool's.</exception>
    /// <exception cref="ArgumentException">A value is none of its kind, or there is no such task.</exception>
    public static StudyPlan Read(string text, string data, CancellationToken cancellationToken = default)
    {
        StudySettings settings = new();
        Command command = new("plan");
        foreach (Option option in settings.Symbols.OfType<Option>())
        {
            command.Options.Add(option);
        }

        try
        {
            string[] words = JsonDocument.Parse(text).RootElement.GetProperty("spot").Deserialize<string[]>()!;
            ParseResult parsed = command.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
            return parsed.Errors.Count == 0 ? settings.Plan(parsed, data, cancellationToken) : throw new JsonException(parsed.Errors[0].Message);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"Found a study with the description '{text}', expected one that 'spot study' wrote: {e.Message}", e);
        }
    }

    private StudyPlan Plan(ParseResult parsed, string data, CancellationToken cancellationToken)
    {
        TuningOptions source = _tuning.Read(parsed, isSmall: true), target = _tuning.Read(parsed, isSmall: true);
        (source.Steps, target.Steps) = (Count(parsed, _sourceSteps) ?? source.Steps, Count(parsed, _targetSteps) ?? target.Steps);
        source.EmbeddingStep = Math.Min(source.EmbeddingStep, source.Steps);
        target.EmbeddingStep = Math.Min(target.EmbeddingStep, target.Steps);
        target.Initialization = PromptInitialization.ClassLabels;
        foreach (TuningOptions options in (TuningOptions[])[source, target])
        {
            options.EvaluateEvery = Math.Min(options.EvaluateEvery, options.Steps);
        }

        StudyPlan plan = new() { SourceOptions = source, TargetOptions = target };
        _plan.Apply(parsed, plan);
        plan.FewShot = parsed.GetValue(_fewShot) ? new FewShotOptions { MaxInputLength = target.MaxInputLength } : null;
        plan.MultiTaskModelTuning = parsed.GetValue(_multiTask) ? Model(source) : null;
        plan.ModelTuning = parsed.GetValue(_modelTuning) ? Model(target) : null;
        TaskCatalog catalog = new(data);
        plan.SourceMixtures = [.. (parsed.GetValue(_mixtures) ?? []).Select(mixture => catalog.LoadMixture(mixture, cancellationToken))];
        bool onlyMixtures = plan.SourceMixtures.Count > 0 && parsed.GetValue(_sources) is ["none"];
        plan.Sources = onlyMixtures ? [] : catalog.Load(Chosen(parsed, _sources, catalog), cancellationToken);
        plan.Targets = [.. catalog.Load(Chosen(parsed, _targets, catalog), cancellationToken)
            .Select(task => StudyTarget.Of(task, target.MaxValidationExamples, Count(parsed, _targetRows), Count(parsed, _testRows)))];
        IEnumerable<TextTask> trainedOn = plan.Sources.Concat(plan.SourceMixtures.SelectMany(mixture => mixture.Tasks).Select(part => part.Task));
        IReadOnlyList<TaskLeak> leaks = catalog.Leaks([.. trainedOn.Concat(plan.Targets).DistinctBy(task => task.Name)], cancellationToken);
        plan.Leaks = (one, other) => leaks.Any(leak => leak.Source == one.Name && leak.Target == other.Name);

        // More than all there are is all, once.
        int prompts = (plan.Sources.Count + plan.SourceMixtures.Count) * plan.SourceSeeds.Count;
        plan.BestOfTopKValues = [.. plan.BestOfTopKValues.Select(k => Math.Min(k, prompts)).Distinct()];
        plan.RacingOfTopKValues = [.. plan.RacingOfTopKValues.Select(k => Math.Min(k, prompts)).Distinct()];
        plan.AverageOfTopKValues = [.. plan.AverageOfTopKValues.Select(k => Math.Min(k, prompts)).Distinct()];
        plan.MixtureOfTopKValues = [.. plan.MixtureOfTopKValues.Select(k => Math.Min(k, prompts)).Distinct()];
        return plan;
    }

    private static IReadOnlyList<string> Chosen(ParseResult parsed, Option<string[]> option, TaskCatalog catalog) =>
        parsed.GetValue(option) is { Length: > 0 } names ? catalog.Members(names) : catalog.Names;

    // A small model's recipe has few steps, for which T5's own rate is too slow.
    private static ModelTuningOptions Model(TuningOptions prompt)
    {
        ModelTuningOptions model = ModelTuningOptions.Like(prompt);
        model.Optimizer = prompt.Steps < 1000 ? new AdamWOptions { LearningRate = 3e-4 } : model.Optimizer;
        return model;
    }

    private static int? Count(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? (int)OptionValue.Parse(option.Name, text, typeof(int))! : null;

    private static Option<string[]> Names(string name, string description) => new(name) { HelpName = "NAME", Description = description, AllowMultipleArgumentsPerToken = true };

    private static Option<string?> Number(string name, string description) => new(name) { HelpName = "NUMBER", Description = description };
}
