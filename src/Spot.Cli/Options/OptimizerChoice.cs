using System.CommandLine;

namespace Spot.Cli;

/// <summary>The optimiser of a prompt and its settings: <c>--optimizer AdamW --learning-rate 0.01</c>.</summary>
internal sealed class OptimizerChoice : IOptionGroup
{
    private static readonly OptionKind[] Kinds = [new("Adafactor", typeof(AdafactorOptions), new AdafactorOptions()), new("AdamW", typeof(AdamWOptions), new AdamWOptions())];

    private readonly Option<string> _kind = NamedChoice.Option("--optimizer", "The optimiser [default: the recipe's, Adafactor; small has the learning rate 1]", Kinds.Select(kind => kind.Name));
    private readonly LibraryOptions _settings = new(Kinds);

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_kind, .. _settings.Symbols];

    /// <summary>Sets what was given.</summary>
    /// <exception cref="ArgumentException">There is no such optimiser, it has no such setting, or a value is none of its kind.</exception>
    public void Apply(ParseResult parsed, TuningOptions options)
    {
        if (parsed.GetValue(_kind) is { } wanted)
        {
            Type kind = NamedChoice.Find(_kind, wanted, Kinds, kind => kind.Name).Type;
            options.Optimizer = options.Optimizer.GetType() == kind ? options.Optimizer : (OptimizerOptions)Activator.CreateInstance(kind)!;
        }

        _settings.Apply(parsed, options.Optimizer);
    }
}
