using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Spot.Library;
using Spot.Tests.Packaging;

namespace Spot.Cli.Tests;

/// <summary>docs/cli.md: its tutorial, typed into a shell in an empty folder, and its table of commands.</summary>
[Collection(ToolTests.Name)]
public sealed partial class TutorialTests
{
    private const string Document = "docs/cli.md";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tutorials_commands_run_as_they_stand()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tutorial is for a POSIX shell.");
        using Workplace place = new();
        string commands = string.Join('\n', Markdown.Blocks(Document, "sh").SelectMany(lines => lines)).Replace("5080", FreePort(), StringComparison.Ordinal);
        string script = $"set -e\nchmod +x bin/spot\nexport PATH=\"$PWD/bin:$PATH\"\n{commands}\n";
        Directory.CreateDirectory("bin");
        await File.WriteAllTextAsync("bin/spot", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Spot.Cli.dll")}' \"$@\"\n", Cancel);
        await File.WriteAllTextAsync("tutorial.sh", script, Cancel);
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["tutorial.sh"]) { WorkingDirectory = place.Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync(Cancel), error = shell.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await shell.WaitForExitAsync(Cancel);
        }
        finally
        {
            if (!shell.HasExited)
            {
                shell.Kill(entireProcessTree: true);
            }
        }

        string said = await output;
        Assert.True(shell.ExitCode == 0, $"exit code {shell.ExitCode}\n{said}\n{await error}");
        Assert.Contains("24 training, 8 validation and 8 test rows, labels bad, good", said, StringComparison.Ordinal);
        Assert.Contains("\"labelSetProbability\"", said, StringComparison.Ordinal); // the server's answer
        Assert.Equal(40, File.ReadLines("predicted.jsonl").Count());
        Assert.Equal(8, File.ReadLines("answers.jsonl").Count());
        Assert.True(File.Exists("reviews.npy"));
        using PromptLibrary library = PromptLibrary.Open("prompts");
        Assert.Equal(["reviews-0"], (await library.GetAsync("meals-best-0", Cancel))!.Info.Lineage);
    }

    [Fact]
    public void The_table_has_every_command()
    {
        string[] cells = [.. File.ReadLines(Path.Combine(Spot.Tests.TestPaths.RepositoryRoot, Document)).Where(line => line.StartsWith("| `spot ", StringComparison.Ordinal)).Select(line => line.Split('|')[1])];
        HashSet<string> documented = [];
        foreach (string cell in cells)
        {
            string[] names = [.. Code().Matches(cell).Select(match => match.Groups[1].Value)];
            string[] first = names[0].Split(' ');
            bool grouped = SpotTool.Create(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null)).Subcommands.Single(command => command.Name == first[1]).Subcommands.Count > 0;
            documented.UnionWith(grouped ? [$"{first[1]} {first[2]}", .. names[1..].Select(name => $"{first[1]} {name.Split(' ')[0]}")] : [first[1]]);
        }

        Assert.Equal(CommandLineTests.Names.Select(row => row.Data).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
