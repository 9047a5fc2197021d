using System.Diagnostics;
using Spot.Backbone;
using Spot.Library;
using Records = Spot.Tests.Library.Samples;

namespace Spot.Tests;

/// <summary>A program that only retrieves prompts never loads libtorch: tried in a process of its own.</summary>
public class TorchFreeTests
{
    private const string InChild = "SPOT_TEST_CHILD";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeping_and_searching_prompts_does_not_load_libtorch()
    {
        if (Environment.GetEnvironmentVariable(InChild) == "1")
        {
            await Retrieve();
        }
        else
        {
            await RunInChild();
        }
    }

    private static async Task Retrieve()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Records.Record("one"), cancellationToken: Cancel);
        await library.AddAsync(Records.Record("two"), cancellationToken: Cancel);
        Assert.NotNull(await PromptLibrary.Open(folder.Path).GetAsync("one", Cancel));
        Assert.Equal(2, (await library.SearchAsync(Records.Query("q"), 2, cancellationToken: Cancel)).Count);
        Assert.Empty(TorchModules());
        TorchRuntime.EnsureLoaded();
        Assert.NotEmpty(TorchModules()); // it would have been seen
    }

    private static async Task RunInChild()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Spot.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(TorchFreeTests).FullName}.{nameof(Keeping_and_searching_prompts_does_not_load_libtorch)}");
        start.Environment[InChild] = "1";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(Cancel);
        string output = await child.StandardOutput.ReadToEndAsync(Cancel) + await errors;
        await child.WaitForExitAsync(Cancel);
        Assert.True(child.ExitCode == 0 && output.Contains("Total: 1", StringComparison.Ordinal), output);
    }

    private static string[] TorchModules()
    {
        using Process process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("TorchSharp.dll", StringComparison.Ordinal))];
    }
}
