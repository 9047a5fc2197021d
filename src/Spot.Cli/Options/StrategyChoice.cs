using System.CommandLine;
using Spot.Library;
using Spot.Tasks;
using Spot.Transfer;

namespace Spot.Cli;

/// <summary>A strategy of transfer and its settings: <c>--strategy average --k 5</c>.</summary>
internal sealed class StrategyChoice : IOptionGroup
{
    private static readonly OptionKind[] Kinds =
    [
        new("best", typeof(BestOfTopK)), new("racing", typeof(RacingOfTopK)), new("average", typeof(AverageOfTopK)), new("mixture", typeof(MixtureOfTopK)),
        new("generic", typeof(GenericTransfer)), new("racing-all", typeof(RacingOfAll)), new("oracle", typeof(Oracle)), new("none", typeof(NoTransfer)),
    ];

    private readonly Option<string> _strategy = NamedChoice.Option(
        "--strategy",
        "best: the best of the runs from the k most similar prompts; racing: the same, the weaker runs dropped on the way; average: one run from their average; mixture: from a prompt tuned on their tasks and this one; generic: from --source; racing-all and oracle: from every prompt; none: without transfer [default: best]",
        Kinds.Select(kind => kind.Name));

    private readonly Option<string?> _source = new("--source") { HelpName = "ID", Description = "The prompt that generic starts from" };
    private readonly Option<string?> _sources = new("--sources") { HelpName = "FOLDER", Description = "The folder of the source prompts' task folders, for mixture" };
    private readonly Option<bool> _orNoTransfer = new("--or-no-transfer") { Description = "Tune without transfer too, and keep that run where it is better on validation rows: one run more" };
    private readonly LibraryOptions _settings = new(Kinds);

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_strategy, _source, _sources, _orNoTransfer, .. _settings.Symbols];

    /// <summary>The strategy's name.</summary>
    public string Name(ParseResult parsed) => NamedChoice.Find(_strategy, parsed.GetValue(_strategy) ?? Kinds[0].Name, Kinds, kind => kind.Name).Name;

    /// <summary>The strategy.</summary>
    /// <exception cref="ArgumentException">It lacks what it needs, or has no such setting.</exception>
    public ITransferStrategy Make(ParseResult parsed, IPromptTuner tuner, ITaskEmbedder embedder, PromptLibrary library)
    {
        ITransferStrategy strategy = Name(parsed) switch
        {
            "best" => new BestOfTopK(tuner, embedder, library),
            "racing" => new RacingOfTopK(tuner, embedder, library),
            "average" => new AverageOfTopK(tuner, embedder, library),
            "mixture" => new MixtureOfTopK(tuner, embedder, library, Tasks(parsed)),
            "generic" => new GenericTransfer(tuner, library, parsed.GetValue(_source) ?? throw Needs(_source, "generic", "the id of the prompt to start from")),
            "racing-all" => new RacingOfAll(tuner, library),
            "oracle" => new Oracle(tuner, library),
            _ => new NoTransfer(tuner),
        };
        _settings.Apply(parsed, strategy);
        return parsed.GetValue(_orNoTransfer) ? new OrNoTransfer(strategy, tuner) : strategy;
    }

    /// <summary>What a strategy takes at most: runs on the target, and the steps of its embedding and its mixture.</summary>
    public static async Task<(int Runs, long OtherSteps)> CostAsync(ITransferStrategy strategy, PromptLibrary library, TuningOptions options, CancellationToken cancellationToken)
    {
        if (strategy is OrNoTransfer checkedOne)
        {
            (int runs, long otherSteps) = await CostAsync(checkedOne.Strategy, library, options, cancellationToken);
            return (runs + 1, otherSteps);
        }

        int prompts = await library.ListAsync(cancellationToken).CountAsync(cancellationToken);
        return strategy switch
        {
            AverageOfTopK => (1, options.EmbeddingStep),
            MixtureOfTopK => (1, options.EmbeddingStep + options.Steps),
            TargetedTransfer targeted => (Math.Min(targeted.K, prompts), options.EmbeddingStep),
            Oracle or RacingOfAll => (prompts, 0),
            _ => (1, 0),
        };
    }

    private Func<PromptInfo, TextTask?> Tasks(ParseResult parsed)
    {
        string folder = parsed.GetValue(_sources) ?? throw Needs(_sources, "mixture", "the folder that holds the task folders of the source prompts");
        Dictionary<string, TextTask> tasks = TaskFolder.LoadAll(folder).ToDictionary(task => task.Name, StringComparer.Ordinal);
        return info => tasks.GetValueOrDefault(info.Task);
    }

    private ArgumentException Needs(Option option, string strategy, string what) => new($"{_strategy.Name} {strategy} needs {option.Name}: {what}.");
}
