using System.CommandLine;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Studies;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary>The folder of a study: what the library keeps there, and beside it the words that the study was begun with.</summary>
internal sealed class StudyHome : IOptionGroup
{
    private const string SettingsName = "spot-study.json";

    private readonly Option<string> _output = new("--output") { HelpName = "FOLDER", Description = "The study's folder: all that it needs to go on, and report/ with its report", Required = true };

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_output];

    /// <summary>The folder.</summary>
    public string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(_output)!);

    /// <summary>Keeps the words of a study that begins, or of one that goes on and may have grown.</summary>
    /// <exception cref="SpotException">The folder's study was computed otherwise than the plan says.</exception>
    public async Task KeepAsync(ParseResult parsed, Study study, string settings, CancellationToken cancellationToken)
    {
        await study.ResultAsync(cancellationToken); // it compares them
        Directory.CreateDirectory(Folder(parsed));
        AtomicFile.WriteText(Path.Combine(Folder(parsed), SettingsName), settings);
    }

    /// <summary>The words that the folder's study was begun with.</summary>
    /// <exception cref="FileNotFoundException">The folder holds no study of the tool's.</exception>
    public string Read(ParseResult parsed)
    {
        string file = Path.Combine(Folder(parsed), SettingsName);
        return File.Exists(file) ? File.ReadAllText(file) : throw new FileNotFoundException($"Found no '{file}', expected a folder that 'spot study run' began. Name it with {_output.Name}.");
    }

    /// <summary>The study itself; the caller disposes of it and of the backbone.</summary>
    public Study Open(Call call, StudyPlan plan, T5Backbone backbone, BackboneOptions options)
    {
        PromptTuner tuner = new(backbone, call.Log<PromptTuner>());
        return new Study(plan, Folder(call.Parsed), backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner), Tools(backbone, options), call.Log<Study>());
    }

    // Models that were tuned are loaded as the backbone was.
    private static StudyTools Tools(T5Backbone backbone, BackboneOptions options) => new()
    {
        Inspector = new PromptInspector(backbone),
        ModelTuner = new ModelTuner(backbone),
        OpenModel = folder => TunedModel.Load(folder, options),
        ShowExamples = (task, examples, few) => FewShot.Apply(task, examples, backbone.Tokenizer, few).Examples,
    };
}
