using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spot.Backbone;
using Spot.Library;
using Spot.Tests.Backbone;
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
            string name = $"{typeof(TorchFreeTests).FullName}.{nameof(Keeping_and_searching_prompts_does_not_load_libtorch)}";
            await ChildProcess.RunTestsAsync(["-method", name], InChild, "1");
        }
    }

    private static async Task Retrieve()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Records.Record("one"), cancellationToken: Cancel);
        await library.AddAsync(Records.Record("two"), cancellationToken: Cancel);
        Assert.NotNull(await PromptLibrary.Open(folder.Path).GetAsync("one", Cancel));
        Assert.Equal(2, (await library.SearchAsync(Records.Query("q"), new() { K = 2 }, Cancel)).Count);
        using ServiceProvider host = new ServiceCollection()
            .AddSpot(spot => (spot.ModelPath, spot.LibraryPath, spot.Backbone.Device) = (TestModels.SpotTiny, folder.Path, "cuda")).Services.BuildServiceProvider();
        host.GetRequiredService<IStartupValidator>().Validate(); // looks at the model and at the device's name
        Assert.Equal(2, (await host.GetRequiredService<IPromptLibrary>().SearchAsync(Records.Query("q"), new() { K = 2 }, Cancel)).Count);
        Assert.Empty(TorchModules());
        TorchRuntime.EnsureLoaded();
        Assert.NotEmpty(TorchModules()); // it would have been seen
    }

    private static string[] TorchModules()
    {
        using Process process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("TorchSharp.dll", StringComparison.Ordinal))];
    }
}
