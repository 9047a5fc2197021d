using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Spot.Tasks;

namespace Spot.Cli;

/// <summary>Texts to answer: arguments, the rows of a data file, or the lines of standard input.</summary>
internal sealed class TextRows : IOptionGroup
{
    private const string TextField = "text", InputField = "input";

    private readonly Argument<string[]> _texts = new("text") { HelpName = "TEXT", Description = "Texts; without any, and without --file, the lines of standard input", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "A data file: JSON lines, JSON, CSV, TSV, Parquet or text, also compressed" };
    private readonly Option<string?> _input = new("--input") { HelpName = "TEMPLATE", Description = "How a row becomes an input, with fields in braces, as the task's format has it: 'review: {text}'; the field of plain texts is text [default: the field input, or else text]" };
    private readonly LibraryOptions _options = LibraryOptions.Of<DataFileOptions>();

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_texts, _file, _input, .. _options.Symbols];

    /// <summary>The inputs, read as they are asked for.</summary>
    public async IAsyncEnumerable<string> ReadAsync(Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TextFormat? format = call.Parsed.GetValue(_input) is { } template ? Template.Format("input", template, InputField) : null;
        await foreach (DataRow row in Rows(call, cancellationToken))
        {
            yield return format?.WriteInput(row) ?? Plain(row);
        }
    }

    private static string Plain(DataRow row) => ((row.Fields[InputField] ?? row.Fields[TextField]) as JsonValue)?.ToString() ?? throw new InvalidDataException(
        $"{row.Place}: found no field '{InputField}' or '{TextField}', only {string.Join(", ", row.Fields.Select(field => $"'{field.Key}'"))}. Say how a row becomes an input: --input '{{{row.Fields.FirstOrDefault().Key}}}'.");

    private IAsyncEnumerable<DataRow> Rows(Call call, CancellationToken cancellationToken)
    {
        string[] texts = call.Parsed.GetValue(_texts) ?? [];
        if (call.Parsed.GetValue(_file) is not { } file)
        {
            return texts.Length > 0 ? texts.Select((text, index) => Row(text, $"text {index + 1}")).ToAsyncEnumerable() : LinesAsync(call.Terminal.In, cancellationToken);
        }

        DataFileOptions options = new();
        _options.Apply(call.Parsed, options);
        return texts.Length == 0
            ? DataFile.ReadAsync(file, options, cancellationToken)
            : throw new ArgumentException($"Found the text '{texts[0]}' beside {_file.Name}, expected one of the two.");
    }

    private static async IAsyncEnumerable<DataRow> LinesAsync(TextReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int line = 1; await reader.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return Row(text, FormattableString.Invariant($"standard input, line {line}"));
            }
        }
    }

    private static DataRow Row(string text, string place) => new(new JsonObject { [TextField] = text }, place);
}
