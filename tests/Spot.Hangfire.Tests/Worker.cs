using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spot.Studies;
using Spot.Tests.Studies;

namespace Spot.Hangfire.Tests;

/// <summary>A worker in this process whose runs are made up.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly IHost _host;

    private Worker(IHost host) => _host = host;

    /// <summary>Starts one.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="fake">What tunes.</param>
    /// <param name="plan">The plan of every study.</param>
    /// <param name="backbone">What it says that it computes on.</param>
    /// <param name="tools">For methods that tune no prompt.</param>
    /// <param name="modelFolder">Of the worker's options.</param>
    public static async Task<Worker> StartAsync(
        string connection, StudyFake fake, Func<StudySubmission, StudyPlan>? plan = null, BackboneIdentity? backbone = null, StudyTools? tools = null, string? modelFolder = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(backbone ?? StudyFake.Backbone).AddSingleton<IPromptTuner>(fake).AddSingleton<IPromptEvaluator>(fake).AddSingleton<ITaskEmbedder>(fake);
        if (tools is not null)
        {
            builder.Services.AddSingleton(tools);
        }

        builder.Services.AddSpotStudyWorker(options =>
        {
            (options.ConnectionString, options.ModelFolder) = (connection, modelFolder);
            options.Plan = plan ?? (_ => StudyFake.Plan());
            Quick(options);
        });
        Worker worker = new(builder.Build());
        await worker._host.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    /// <summary>For units of milliseconds.</summary>
    public static void Quick(StudyWorkerOptions options)
    {
        (options.LostAfter, options.PollEvery, options.SweepEvery) = (TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
        options.RetryDelays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)];
    }

    /// <summary>Stops as a service does that is told to.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
