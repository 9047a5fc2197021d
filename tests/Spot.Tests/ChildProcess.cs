using System.Diagnostics;

namespace Spot.Tests;

/// <summary>Runs tests of this project in a process of their own.</summary>
internal static class ChildProcess
{
    /// <summary>Runs the tests that a filter selects and fails unless all of them pass and there is at least one.</summary>
    /// <param name="filter">Arguments of the test runner, for example <c>-class</c> and a name.</param>
    /// <param name="variable">An environment variable of the process.</param>
    /// <param name="value">Its value.</param>
    public static async Task RunTestsAsync(string[] filter, string variable, string value)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string program = Path.Combine(AppContext.BaseDirectory, "Spot.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program, filter) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = value;
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(cancel);
        string output = await child.StandardOutput.ReadToEndAsync(cancel) + await errors;
        await child.WaitForExitAsync(cancel);
        Assert.True(child.ExitCode == 0 && !output.Contains("Total: 0", StringComparison.Ordinal), output);
    }
}
