using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>How the rows of a data set become text-to-text examples (Raffel et al. 2020, Vu et al. 2022).</summary>
/// <remarks>
/// A format is data: a template for the input, the target's field, label words, metrics. Those of T5, SPoT and prompt tuning write what their own
/// code writes, character by character. Immutable; safe for concurrent calls.
/// </remarks>
public sealed class TextFormat
{
    private const string SchemaLabel = "label";
    private readonly FormatSpec _spec;
    private readonly InputTemplate? _input;
    private readonly TargetRule _target;

    internal TextFormat(FormatSpec spec)
    {
        _spec = spec;
        _input = spec.Input is null ? null : new InputTemplate(spec.Input);
        _target = new TargetRule(spec);
        Metrics = [.. spec.Metrics.Select(name => LabelSetMetrics.Named(name, _target.Labels) ?? TaskMetrics.Named(name))];
        if ((_input is null) == (spec.Procedure is null) || spec.Clean is not (null or "spaces" or "markup")
            || spec.Procedure is not (null or "record" or "wsc_train" or "wsc_eval" or "wsc_raw"))
        {
            throw new FormatException($"The format '{spec.Name}' has the input '{spec.Input}', the procedure '{spec.Procedure}' and clean '{spec.Clean}'; expected an input template, and 'spaces', 'markup' or nothing for clean.");
        }
    }

    private TextFormat(FormatSpec spec, IReadOnlyList<TaskMetric>? metrics)
        : this(spec) => Metrics = metrics is null ? Metrics : [.. metrics];

    /// <summary>The names of the ready formats and of those that were registered (<see cref="TaskRegistry.Register(TextFormat)"/>), in ordinal order.</summary>
    public static IReadOnlyList<string> Names => FormatTable.Names;

    /// <summary>The format's name.</summary>
    public string Name => _spec.Name;

    /// <summary>Whether inputs begin with the task's name, which can be left out.</summary>
    public bool HasPrefix => _spec.Prefix;

    /// <summary>The label words in the order of their ids; empty for free-form targets.</summary>
    public IReadOnlyList<string> Labels => _target.Labels;

    /// <summary>Whether several labels may be right at once; the target then joins them.</summary>
    public bool SeveralLabels => _target.SeveralLabels;

    /// <summary>What answers are scored by.</summary>
    public IReadOnlyList<TaskMetric> Metrics { get; }

    /// <summary>A ready or registered format by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is none of that name; the message names similar ones.</exception>
    public static TextFormat Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return FormatTable.Find(name) ?? throw new ArgumentException(
            $"No format or task '{name}'. Similar names: {string.Join(", ", FormatTable.Similar(name))}. TextFormat.Names lists all; for data of your own use FromTemplate or Load.", nameof(name));
    }

    /// <summary>A format of the user's own, in one line.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="template">
    /// The input with fields in braces, for example <c>sentence1: {a} sentence2: {b}</c>; <c>{{</c> and <c>}}</c> are braces. <c>{a.b}</c> is a field
    /// of an object, <c>{a.0}</c> the first item of a list, <c>{a|pad}</c> puts spaces around punctuation, <c>{a|join}</c> joins a list,
    /// <c>{a|choices}</c> numbers one; docs/data.md has the others.
    /// </param>
    /// <param name="target">The field with the target.</param>
    /// <param name="labels">From what the data say to the label word, in the labels' order, several to one if you like; null for free-form targets.</param>
    /// <param name="metrics">What answers are scored by; null for accuracy.</param>
    /// <returns>The format; it writes no task name in front.</returns>
    /// <exception cref="FormatException">The template is not well formed.</exception>
    public static TextFormat FromTemplate(
        string name, string template, string target, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyList<TaskMetric>? metrics = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        return new TextFormat(
            new FormatSpec { Name = name, Input = template, Target = target, Prefix = false, Labels = labels is null ? LabelMap.None : LabelMap.Of(labels) },
            metrics);
    }

    /// <summary>Reads a format from a JSON file: an object with <c>name</c>, <c>input</c>, <c>target</c> and, if need be, the other keys of docs/data.md.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no format; the message says why.</exception>
    public static TextFormat Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Reads a format from JSON.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="source">Where it comes from, for error messages.</param>
    /// <exception cref="InvalidDataException">It holds no format; the message says why.</exception>
    public static TextFormat Parse(string json, string? source = null)
    {
        try
        {
            return new TextFormat(FormatReader.Read(json));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{(source is null ? "The text" : $"'{source}'")} is no format: {e.Message} Expected an object such as {{\"name\": \"films\", \"input\": \"review: {{text}}\", \"target\": \"label\", \"labels\": [\"bad\", \"good\"]}}.", e);
        }
    }

    /// <summary>Writes a row as examples.</summary>
    /// <param name="row">The row.</param>
    /// <param name="training">Whether it is training data; WSC trains on right referents only.</param>
    /// <param name="prefix">Whether the input begins with the task's name, if the format has it.</param>
    /// <returns>Usually one example; none for a row that is left out, one per answer for ReCoRD.</returns>
    /// <exception cref="InvalidDataException">A field is missing or holds something else than expected; the message names row and field.</exception>
    public IReadOnlyList<TextExample> Apply(DataRow row, bool training = false, bool prefix = true)
    {
        ArgumentNullException.ThrowIfNull(row);
        row = WithKnownNames(row);
        bool wrong = IsSchema && Fields.Find(row, SchemaLabel) is { } label && Fields.Scalar(label) is "0" or "false";
        if (wrong && (_spec.Procedure == "wsc_train" || (_spec.Procedure == "wsc_raw" && training)))
        {
            return [];
        }

        row = _spec.Procedure == "wsc_raw" ? WscInput.Correct(row) : row;
        string input = Input(row, prefix);
        string? group = _spec.Group.Count == 0 ? null : string.Join('/', _spec.Group.Select(field => Fields.Find(row, field)?.ToString()));
        return [.. _target.Of(row).Select(target => new TextExample(input, target.Target) { Answers = wrong ? [] : target.Answers, Group = group })];
    }

    /// <summary>Writes the input of a row, which need not have an answer: what a prompt is asked that was tuned on examples of this format.</summary>
    /// <param name="row">The row.</param>
    /// <param name="prefix">Whether the input begins with the task's name, if the format has it.</param>
    /// <returns>The input, as <see cref="Apply"/> writes it where it is not for training.</returns>
    /// <exception cref="InvalidDataException">A field is missing or holds something else than expected; the message names row and field.</exception>
    public string WriteInput(DataRow row, bool prefix = true)
    {
        ArgumentNullException.ThrowIfNull(row);
        row = WithKnownNames(row);
        return Input(_spec.Procedure == "wsc_raw" ? WscInput.Correct(row) : row, prefix);
    }

    /// <summary>Names of the columns of a CSV or TSV file without header; null where these have one.</summary>
    internal IReadOnlyList<string>? Columns => _spec.Columns;

    /// <summary>What separates the fields of a CSV or TSV file; null for what is usual.</summary>
    internal char? Separator => _spec.Separator;

    /// <summary>Whether a row is of the data set that is meant, where files hold several.</summary>
    internal bool Takes(DataRow row) => _spec.Where.All(pair => Fields.Find(row, pair.Key) is not { } value || pair.Value.Contains(Fields.Scalar(value), StringComparer.Ordinal));

    /// <summary>Whether every field of the input is empty, so that only the format's own words would be left.</summary>
    internal bool IsEmpty(DataRow row) => _input?.IsEmpty(WithKnownNames(row)) ?? false;

    /// <summary>Whether every target is one of the labels: not where several may be right at once.</summary>
    internal bool IsClosed => Labels.Count > 0 && !SeveralLabels;

    // Winograd schemas, whose target is a text and whose label tells whether it is right.
    private bool IsSchema => _spec.Procedure?.StartsWith("wsc", StringComparison.Ordinal) ?? false;

    /// <summary>Whether a row keeps its answer to itself, as public test data often do.</summary>
    internal bool IsHidden(DataRow row)
    {
        row = WithKnownNames(row);
        return IsSchema ? Fields.Find(row, SchemaLabel) is not { } label || Fields.Scalar(label) is "-1" or "" : _target.IsHidden(row);
    }

    /// <summary>Whether a row that hides its answer says nothing at all, and not that there is no answer.</summary>
    internal bool NeedsAnswer => IsSchema || _target.IsOneValue;

    private DataRow WithKnownNames(DataRow row)
    {
        JsonObject? fields = null;
        foreach ((string name, string alias) in _spec.Aliases)
        {
            if (Fields.Find(row, name) is null && Fields.Find(row, alias) is { } value)
            {
                fields ??= (JsonObject)row.Fields.DeepClone();
                fields[name] = value.DeepClone();
            }
        }

        return fields is null ? row : row with { Fields = fields };
    }

    private string Input(DataRow row, bool prefix)
    {
        string input = Input(row);
        return prefix || !HasPrefix ? input : TextOperations.RemoveFirstToken(input);
    }

    private string Input(DataRow row)
    {
        string input = _spec.Procedure switch
        {
            null => _input!.Render(row),
            "record" => $"record query: {Fields.Text(row, "query")} entities: {string.Join(", ", Fields.List(row, "entities"))} passage: {TextOperations.JoinHighlights(Fields.Text(row, "passage"))}",
            _ => WscInput.Write(row, repair: _spec.Procedure == "wsc_raw"),
        };
        return _spec.Clean switch
        {
            "spaces" => TextOperations.CollapseSpaces(input),
            "markup" => TextOperations.RemoveMarkup(input),
            _ => input,
        };
    }
}
