namespace Spot.Tasks;

/// <summary>A format as its JSON says it; see docs/data.md.</summary>
/// <remarks>Fields with a default have a setter, as generated readers would reset them otherwise.</remarks>
internal sealed record FormatSpec
{
    public required string Name { get; init; }

    /// <summary>See <see cref="InputTemplate"/>; null with a procedure.</summary>
    public string? Input { get; init; }

    /// <summary>What is done with the whole input: <c>spaces</c> or <c>markup</c>; null for nothing.</summary>
    public string? Clean { get; init; }

    /// <summary>What writes the input where a template cannot.</summary>
    public string? Procedure { get; init; }

    /// <summary>Whether the input's first token is the task's name.</summary>
    public bool Prefix { get; set; } = true;

    /// <summary>The target's field.</summary>
    public required string Target { get; init; }

    /// <summary>What the target's field holds; null for a label where there are labels, else for a text.</summary>
    public string? Kind { get; init; }

    /// <summary>The label words.</summary>
    public LabelMap Labels { get; set; } = LabelMap.None;

    /// <summary>Another name that files have for a field, by the name that the format uses.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; set; } = new Dictionary<string, string>();

    /// <summary>Names of the columns of a CSV or TSV file whose first line has none of them; null where such a file has a header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>What separates the fields of a CSV or TSV file; null for the comma or tab of its kind.</summary>
    public char? Separator { get; init; }

    /// <summary>The target of a row without answers; null where that is an error.</summary>
    public string? Without { get; init; }

    /// <summary>Whether answers get spaces around punctuation.</summary>
    public bool Pad { get; init; }

    /// <summary>The fields that examples have in common which are scored together.</summary>
    public IReadOnlyList<string> Group { get; set; } = [];

    /// <summary>The field with all right answers of a free text, where there are several; null for the target alone.</summary>
    public string? References { get; init; }

    /// <summary>Which rows are meant, where files hold several data sets: the values that a field may have, if it is there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Where { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Names of metrics.</summary>
    public IReadOnlyList<string> Metrics { get; set; } = ["accuracy"];
}
