using System.CommandLine;

namespace Spot.Cli;

/// <summary>How a prompt is tuned: a recipe, and what of it is otherwise.</summary>
internal sealed class TuningSettings : IOptionGroup
{
    private static readonly (string Name, Func<TuningOptions> Make)[] Recipes = [("small", TuningOptions.SmallModel), ("paper", () => new TuningOptions()), ("longer", TuningOptions.LongerTuning)];

    private readonly Option<string> _recipe = NamedChoice.Option(
        "--recipe",
        "Where the options below start: small for models as small as the bundled one, paper for published checkpoints, longer for many more steps [default: small for the bundled model, else paper]",
        Recipes.Select(recipe => recipe.Name));

    private readonly LibraryOptions _options;
    private readonly OptimizerChoice _optimizer = new();

    /// <summary>The options of a command.</summary>
    /// <param name="leftOut">Names of properties that the command sets itself.</param>
    public TuningSettings(params string[] leftOut) =>
        _options = new LibraryOptions([.. Recipes.Select(recipe => new OptionKind(recipe.Name, typeof(TuningOptions), recipe.Make()))], leftOut);

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_recipe, .. _options.Symbols, .. _optimizer.Symbols];

    /// <summary>The options that were asked for.</summary>
    /// <exception cref="ArgumentException">A value is none of its kind.</exception>
    public TuningOptions Read(ParseResult parsed, ModelChoice model) => Read(parsed, model.IsBundled(parsed));

    /// <summary>The recipe as words of the command line, where these do not name it.</summary>
    /// <exception cref="ArgumentException">The model does not tell it either.</exception>
    public string[] MissingWords(ParseResult parsed, bool isSmall) => parsed.GetValue(_recipe) is not null ? [] : isSmall ? [_recipe.Name, Recipes[0].Name]
        : throw new ArgumentException($"Found no {_recipe.Name}, expected {_recipe.Name} small for models as small as the bundled one, or {_recipe.Name} paper for published checkpoints.");

    /// <summary>The options that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isSmall">Whether the recipe for small models is meant where none is named.</param>
    /// <exception cref="ArgumentException">A value is none of its kind.</exception>
    public TuningOptions Read(ParseResult parsed, bool isSmall)
    {
        string name = parsed.GetValue(_recipe) ?? (isSmall ? "small" : "paper");
        TuningOptions options = NamedChoice.Find(_recipe, name, Recipes, recipe => recipe.Name).Make();
        _optimizer.Apply(parsed, options);
        _options.Apply(parsed, options);
        return options;
    }
}
