using Spot.Benchmarks.Inference;

namespace Spot.Tests.Inference;

/// <summary>The <c>soak</c> command of the benchmarks, in small.</summary>
public sealed class SoakTests : InferenceTestBase
{
    [Fact]
    public async Task No_answer_is_lost_crossed_or_wrong()
    {
        const int requests = 600;
        SoakReport report = await new Soak(_backbone, Path.Combine(_folder.Path, "prompts"), seed: 2, cases: 64).RunAsync(requests, callers: 24);
        Assert.Empty(report.Wrong);
        Assert.Equal(requests, report.Answered + report.Cancelled + report.Late);
        Assert.Equal(3, report.Replaced);
        Assert.InRange(report.Answered, requests / 2, requests);
    }
}
