using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Spot.Tests;

namespace Spot.AspNetCore.Tests;

/// <summary>A server as its users run it, the sample unless another is named: a process of its own, on a free port of the loopback interface.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, ConcurrentQueue<string> lines)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address };
        Lines = lines;
    }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public ConcurrentQueue<string> Lines { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="key">The key that it asks for; null for none.</param>
    /// <param name="arguments">Further settings.</param>
    public static Task<ServerProcess> StartAsync(string? key = null, params string[] arguments) => StartProgramAsync(
        Path.Combine(TestPaths.RepositoryRoot, "artifacts", "bin", "PromptServer", new DirectoryInfo(AppContext.BaseDirectory).Name, "PromptServer.dll"), key, arguments);

    /// <inheritdoc cref="StartAsync"/>
    /// <param name="program">The server's assembly.</param>
    public static async Task<ServerProcess> StartProgramAsync(string program, string? key, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [program, .. arguments, "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (key is not null)
        {
            start.Environment["ApiKey"] = key;
        }

        ConcurrentQueue<string> lines = [];
        TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = Process.Start(start)!;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("The server ended:\n" + string.Join('\n', lines)));
        process.OutputDataReceived += (_, line) => Told(line.Data);
        process.ErrorDataReceived += (_, line) => Told(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Uri address = await listening.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        ServerProcess server = new(process, address, lines);
        await RunningServer.UntilAsync(async () => (await server.Client.GetAsync("/health/ready", Cancel)).IsSuccessStatusCode);
        if (key is not null)
        {
            server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return server;

        void Told(string? line)
        {
            lines.Enqueue(line ?? "");
            if (line is not null && Listening().Match(line) is { Success: true } match)
            {
                listening.TrySetResult(new Uri(match.Groups[1].Value));
            }
        }
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync(Cancel);
        }

        await _process.WaitForExitAsync(Cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
