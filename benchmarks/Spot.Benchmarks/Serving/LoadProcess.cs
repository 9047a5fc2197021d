using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Spot.Benchmarks.Serving;

/// <summary>The sample server as a process of its own, which logs every request that it takes. What is computed once is not kept.</summary>
internal sealed partial class LoadProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, byte> _taken = new();

    private LoadProcess(Process process) => _process = process;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>The numbers (<c>?n=</c>) of the requests that it took by its own log. Complete once it has ended.</summary>
    public ICollection<int> Taken => _taken.Keys;

    /// <summary>Starts it, and waits until it takes requests.</summary>
    /// <param name="library">The folder of the prompts.</param>
    /// <param name="drainTime">As of <see cref="AspNetCore.ServingOptions"/>.</param>
    public static async Task<LoadProcess> StartAsync(string library, TimeSpan drainTime)
    {
        string program = Path.Combine(Checkout.Root, "artifacts", "bin", "PromptServer", new DirectoryInfo(AppContext.BaseDirectory).Name, "PromptServer.dll");
        string[] settings =
        [
            "--urls=http://127.0.0.1:0", $"--Spot:LibraryPath={library}", "--Spot:Backbone:Device=cpu", "--Spot:Backbone:Precision=Float32", "--Inference:EncoderCacheBytes=0",
            $"--Serving:DrainTime={drainTime}", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information",
        ];
        LoadProcess server = new(new Process { StartInfo = new("dotnet", [program, .. settings]) { RedirectStandardOutput = true } });
        server._process.OutputDataReceived += (_, line) => server.Read(line.Data ?? "");
        server._process.Start();
        server._process.BeginOutputReadLine();
        server.Client = new HttpClient { BaseAddress = await server._address.Task };
        while (!(await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode)
        {
            await Task.Delay(20);
        }

        return server;
    }

    /// <summary>Sends SIGTERM, and waits until it has ended.</summary>
    /// <returns>Its exit code, and how long that took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync()
    {
        long start = Stopwatch.GetTimestamp();
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync(); // and all of its output was read
        return (_process.ExitCode, Stopwatch.GetElapsedTime(start));
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Read(string line)
    {
        if (Listening().Match(line) is { Success: true } address)
        {
            _address.TrySetResult(new Uri(address.Groups[1].Value));
        }
        else if (Starting().Match(line) is { Success: true } request)
        {
            _taken.TryAdd(int.Parse(request.Groups[1].Value, CultureInfo.InvariantCulture), 0);
        }
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"Request starting .*\?n=(\d+)")]
    private static partial Regex Starting();
}
