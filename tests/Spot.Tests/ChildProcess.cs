using System.Diagnostics;

namespace Spot.Tests;

/// <summary>Runs tests of this project in a process of their own.</summary>
internal static class ChildProcess
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, typeof(ChildProcess).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));

    /// <summary>Starts one explicit test, for the caller to wait for or to kill.</summary>
    /// <param name="type">The test's class.</param>
    /// <param name="method">The test.</param>
    /// <param name="told">Gets each line of the child's output; null for nobody.</param>
    /// <param name="variables">Environment variables, which tell it what to do.</param>
    public static Process Start(Type type, string method, Action<string?>? told, params (string Name, string Value)[] variables)
    {
        ProcessStartInfo start = new(Program, ["-method", $"{type.FullName}.{method}", "-explicit", "only"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, line) => told?.Invoke(line.Data);
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }

    /// <summary>What the parent told this process.</summary>
    public static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{name} is not set; this test is started by another one, in a process of its own.");

    /// <summary>Runs the tests that a filter selects and fails unless all of them pass and there is at least one.</summary>
    /// <param name="filter">Arguments of the test runner, for example <c>-class</c> and a name.</param>
    /// <param name="variable">An environment variable of the process.</param>
    /// <param name="value">Its value.</param>
    public static async Task RunTestsAsync(string[] filter, string variable, string value)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new(Program, filter) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = value;
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(cancel);
        string output = await child.StandardOutput.ReadToEndAsync(cancel) + await errors;
        await child.WaitForExitAsync(cancel);
        Assert.True(child.ExitCode == 0 && !output.Contains("Total: 0", StringComparison.Ordinal), output);
    }
}
