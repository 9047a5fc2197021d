using System.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Spot.Cli;

/// <summary>One call of a command: what was asked for, and where the answer goes.</summary>
/// <param name="parsed">The command line.</param>
/// <param name="terminal">Where to read and write.</param>
internal sealed class Call(ParseResult parsed, Terminal terminal)
{
    /// <summary>The command line.</summary>
    public ParseResult Parsed { get; } = parsed;

    /// <summary>Where to read and write.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <summary>Whether a program reads the output.</summary>
    public bool Json { get; } = parsed.GetValue(SpotTool.Json);

    /// <summary>Where the work stands, for who interrupts it: how to go on.</summary>
    public string? WhenInterrupted { get; set; }

    /// <summary>The command line, to be typed again.</summary>
    public string CommandLine => Shell.Line(["spot", .. Parsed.Tokens.Select(token => token.Value)]);

    /// <summary>What a library's parts have to say, as far as it is a warning.</summary>
    public ILogger<T> Log<T>() => new WarningLog<T>(Terminal.Error);

    /// <summary>Says something about the result: on standard output, or beside a result that programs read.</summary>
    public void Say(string line) => (Json ? Terminal.Error : Terminal.Out).WriteLine(line);

    /// <summary>Says something that is no part of the result.</summary>
    public void Tell(string line) => Terminal.Error.WriteLine(line);

    /// <summary>Says what to do next.</summary>
    public void Next(params string[] lines)
    {
        foreach ((int index, string line) in lines.Index())
        {
            Say($"{(index == 0 ? "Next:" : "     ")} {line}");
        }
    }

    /// <summary>Writes the result: as JSON, or as people read it.</summary>
    public void Result(object document, Action asText)
    {
        if (Json)
        {
            Terminal.Out.WriteLine(ResultJson.Text(document));
        }
        else
        {
            asText();
        }
    }

    /// <summary>Writes a table; columns whose name begins with <c>&gt;</c> stand to the right.</summary>
    public void Table(string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new Table().Border(Terminal.IsOutTerminal ? TableBorder.Rounded : TableBorder.Simple);
        foreach (string column in columns)
        {
            bool right = column.StartsWith('>');
            table.AddColumn(new TableColumn(Markup.Escape(right ? column[1..] : column)) { Alignment = right ? Justify.Right : Justify.Left, NoWrap = !Terminal.IsOutTerminal });
        }

        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        SpectreConsole.Of(Json ? Terminal.Error : Terminal.Out, Terminal.IsOutTerminal).Write(table);
    }

    /// <summary>Shows how far work is on standard error; nothing where nobody looks at it or a program reads the result.</summary>
    public Task<T> WithProgressAsync<T>(string name, Func<RunBar, Task<T>> work) =>
        Terminal.IsErrorTerminal && !Json ? RunBar.ShowAsync(SpectreConsole.Of(Terminal.Error, isTerminal: true), name, work) : work(new RunBar());
}
