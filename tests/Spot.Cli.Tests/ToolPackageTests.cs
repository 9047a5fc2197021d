using System.Diagnostics;
using System.Runtime.InteropServices;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.Cli.Tests;

/// <summary>The tool as a newcomer meets it: packed for this system, installed from a folder, run.</summary>
[Collection(ToolTests.Name)]
public sealed class ToolPackageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_packed_tool_is_installed_and_runs_with_the_model_that_it_brings()
    {
        string system = (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        Assert.SkipUnless(system is "linux-x64" or "osx-arm64" or "win-x64", $"There is no libtorch for {system}.");
        using Workplace place = new();
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

        // What it is made of is built already and is not to change under the tests.
        await DotnetAsync(
            place, "pack", Path.Combine(TestPaths.RepositoryRoot, "src", "Spot.Cli"), "-c", configuration == "debug" ? "Debug" : "Release", "-r", system, "-o", "feed",
            "-p:BuildProjectReferences=false", "-p:RunAnalyzersDuringBuild=false", "-p:CreateHardLinksForPublishFilesIfPossible=true");
        await DotnetAsync(place, "tool", "install", "--tool-path", "tool", "Spot.Cli", "--source", "feed", "--version", "0.1.0");

        Answer help = await RunAsync(place, "--help");
        Assert.Equal(ExitCode.Done, help.ExitCode);
        Assert.Contains("spot [command] [options]", help.Out, StringComparison.Ordinal);
        Assert.Contains("The number of optimiser steps", (await RunAsync(place, "tune", "--help")).Out, StringComparison.Ordinal); // the library's documentation is in it
        Answer answer = await RunAsync(place, "predict", "none", "sentence: It is long.", "--labels", "fact", "opinion", "--json", "--device", "cpu");
        Assert.True(answer.ExitCode == ExitCode.Done, answer.ToString());
        Assert.Equal(2, answer.Json.GetProperty("probabilities").EnumerateObject().Count());
    }

    private static async Task DotnetAsync(Workplace place, params string[] arguments)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(place.Folder, Cancel, arguments);
        Assert.SkipWhen(exitCode != 0 && output.Contains("NU1301", StringComparison.Ordinal), $"What the tool needs cannot be restored here, probably for want of a network.\n{output}");
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
    }

    private static async Task<Answer> RunAsync(Workplace place, params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(place.Folder, "tool", OperatingSystem.IsWindows() ? "spot.exe" : "spot"), arguments) { WorkingDirectory = place.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancel), error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return new Answer(process.ExitCode, await output, await error);
    }
}
