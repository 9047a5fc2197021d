using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spot.Studies;
using Spot.Tests.Studies;

namespace Spot.Hangfire.Tests;

/// <summary>The C# of the package's README and of docs/scale-out.md, as the compiler sees it.</summary>
internal static class HangfireSnippets
{
    public static void Worker(HostApplicationBuilder builder)
    {
        builder.Services.AddSpot(spot => spot.ModelPath = "models/t5-base-lm-adapt");
        builder.Services.AddSpotStudyWorker(worker =>
        {
            worker.ConnectionString = "Host=db.example.org;Database=studies;Username=spot_worker;SSL Mode=VerifyFull";
            worker.Plan = submission => Plans.Make(submission.Description);
        });
    }

    public static async Task SubmitAsync()
    {
        await using StudyClient client = new("Host=db.example.org;Database=studies;Username=spot_worker;SSL Mode=VerifyFull");
        await client.SubmitAsync("transfer-2026", Plans.Make("all of GLUE"), "all of GLUE");
        Console.WriteLine(await client.StatusAsync("transfer-2026"));
    }

    private static class Plans
    {
        public static StudyPlan Make(string description) => StudyFake.Plan(sources: description.Length);
    }
}
