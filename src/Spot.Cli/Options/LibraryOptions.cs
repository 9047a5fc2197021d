using System.CommandLine;
using System.Globalization;
using System.Reflection;

namespace Spot.Cli;

/// <summary>
/// The settings of classes of the library as options of the command line, made of their properties: <c>LearningRate</c> is <c>--learning-rate</c>, with the
/// library's own description. One class, or several of which each call takes one; what they share is one option.
/// </summary>
/// <remarks>What is not given stays as it is. Properties of other types than numbers, texts, truth values, enums and lists of texts are left out.</remarks>
internal sealed class LibraryOptions : IOptionGroup
{
    private readonly List<(string Property, Option Option)> _options = [];

    /// <summary>The options of some classes.</summary>
    /// <param name="kinds">The classes.</param>
    /// <param name="leftOut">Names of properties that the command sets itself.</param>
    public LibraryOptions(IReadOnlyList<OptionKind> kinds, params string[] leftOut)
    {
        var properties = kinds.SelectMany(kind => kind.Type.GetProperties().Select(property => (Kind: kind, Property: property)))
            .Where(pair => pair.Property.SetMethod is { IsPublic: true } && !leftOut.Contains(pair.Property.Name)).GroupBy(pair => pair.Property.Name);
        foreach (IGrouping<string, (OptionKind Kind, PropertyInfo Property)> same in properties)
        {
            PropertyInfo property = same.First().Property;
            if (Make(property) is { } option)
            {
                (string? Name, string? Value)[] defaults = [.. same.Select(pair => (pair.Kind.Name, Default(pair.Kind, pair.Property)))];
                string whose = same.Count() == kinds.Count ? "" : $" ({string.Join(", ", same.Select(pair => pair.Kind.Name))})";
                option.Description = $"{LibraryDocs.Summary(property) ?? property.Name}{whose}{Shown(defaults)}";
                _options.Add((property.Name, option));
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => _options.Select(option => option.Option);

    /// <summary>The options of one class.</summary>
    /// <param name="leftOut">Names of properties that the command sets itself.</param>
    public static LibraryOptions Of<T>(params string[] leftOut) => new([new OptionKind(typeof(T).Name, typeof(T))], leftOut);

    /// <summary>Sets what was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="target">What to set it on, of one of the classes.</param>
    /// <exception cref="ArgumentException">A value is none of its kind, or the class has no such setting.</exception>
    public void Apply(ParseResult parsed, object target)
    {
        foreach ((string name, Option option) in _options.Where(pair => parsed.GetResult(pair.Option) is { Implicit: false }))
        {
            PropertyInfo property = target.GetType().GetProperty(name)
                ?? throw new ArgumentException($"Found {option.Name}, which {target.GetType().Name.Replace("Options", "", StringComparison.Ordinal)} does not have. Leave it out.");
            property.SetValue(target, option switch
            {
                Option<string[]> list => OptionValue.ParseList(option.Name, parsed.GetValue(list)!, property.PropertyType.GenericTypeArguments[0]),
                Option<bool> flag => parsed.GetValue(flag),
                _ => OptionValue.Parse(option.Name, parsed.GetValue((Option<string>)option)!, property.PropertyType),
            });
        }
    }

    private static Option? Make(PropertyInfo property)
    {
        Type type = property.PropertyType, plain = Nullable.GetUnderlyingType(type) ?? type;
        string name = OptionName.Of(property.Name);
        if (type == typeof(bool))
        {
            return new Option<bool>(name);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Type item = type.GenericTypeArguments[0];
            return IsValue(item) ? new Option<string[]>(name) { HelpName = OptionValue.Hint(item), AllowMultipleArgumentsPerToken = true } : null;
        }

        if (!IsValue(plain))
        {
            return null;
        }

        Option<string> option = new(name) { HelpName = OptionValue.Hint(type) };
        if (plain.IsEnum)
        {
            option.CompletionSources.Add(Enum.GetNames(plain));
        }

        return option;
    }

    private static bool IsValue(Type type) => type.IsEnum || type.IsPrimitive || type == typeof(string);

    private static string? Default(OptionKind kind, PropertyInfo property) => kind.Defaults is null ? LibraryDocs.Default(property) : property.GetValue(kind.Defaults) switch
    {
        null or "" or false or System.Collections.ICollection => null,
        true => "true",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        { } other => other.ToString(),
    };

    private static string Shown((string? Name, string? Value)[] defaults) => defaults.All(one => one.Value == defaults[0].Value)
        ? defaults[0].Value is { } same ? $" [default: {same}]" : ""
        : $" [default: {string.Join(", ", defaults.Select(one => $"{one.Name} {one.Value ?? OptionValue.None}"))}]";
}
