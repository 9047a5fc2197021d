using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>Units of a study that something else hands out, one by one.</summary>
public sealed class StudyUnitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plan_counts_its_units_with_what_they_need()
    {
        StudyPlan plan = StudyFake.Plan(sources: 2, targets: 1);
        plan.Leaks = (source, _) => source.Name == "source/0";
        plan.LongBaselineSteps = [90];
        Dictionary<string, StudyUnitInfo> units = StudyUnitInfo.Of(plan).ToDictionary(unit => unit.Name);
        Assert.Equal(4 + 2 + 2 + 4 + 4 + 4 + 2, units.Count);
        Assert.Empty(units["source.source_0.1"].Needs);
        Assert.Equal((40, 4, 40, 90), (units["source.source_0.1"].Steps, units["embedding.target_0.5"].Steps, units["baseline.target_0.0"].Steps, units["longbaseline.90.target_0.0"].Steps));
        Assert.Equal(["source.source_1.1"], units["transfer.source_1.1.target_0.5"].Needs);
        Assert.Equal(["source.source_1.0", "source.source_1.1", "embedding.target_0.5"], units["mixture.2.AverageToken.target_0.5"].Needs);
        HashSet<string> before = [];
        Assert.All(StudyUnitInfo.Of(plan), unit => Assert.True(unit.Needs.All(before.Contains) && before.Add(unit.Name)));
        plan.TargetSeeds = [];
        Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(plan));
    }

    [Fact]
    public async Task Units_in_any_order_that_their_needs_allow_give_the_same_study()
    {
        StudyFake fake = new();
        await Study("whole", fake).RunAsync(cancellationToken: Cancel);
        Study study = Study("units", fake);
        HashSet<string> done = [];
        List<StudyUnitInfo> left = [.. StudyUnitInfo.Of(StudyFake.Plan()).Reverse()];
        while (left.Count > 0)
        {
            StudyUnitInfo next = left.First(unit => unit.Needs.All(done.Contains));
            Assert.True(await study.RunUnitAsync(next.Name, cancellationToken: Cancel));
            Assert.False(await study.RunUnitAsync(next.Name, cancellationToken: Cancel));
            left.Remove(next);
            done.Add(next.Name);
        }

        StudyTests.AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await study.ResultAsync(Cancel));
    }

    [Fact]
    public async Task A_unit_that_is_not_there_or_not_ready_says_why()
    {
        StudyFake fake = new();
        Study study = Study("a", fake);
        Assert.Contains("'source.other.0'", (await Assert.ThrowsAsync<ArgumentException>(() => study.RunUnitAsync("source.other.0", cancellationToken: Cancel))).Message, StringComparison.Ordinal);
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => study.RunUnitAsync("transfer.source_1.0.target_0.0", cancellationToken: Cancel));
        Assert.Contains("needs 'source.source_1.0'", error.Message, StringComparison.Ordinal);
        Assert.Empty(fake.Calls);
        await study.RunUnitAsync("source.source_1.0", cancellationToken: Cancel);
        Assert.True(await study.RunUnitAsync("transfer.source_1.0.target_0.0", cancellationToken: Cancel));
    }

    private Study Study(string folder, StudyFake fake) => new(StudyFake.Plan(), Path.Combine(_folder.Path, folder), StudyFake.Backbone, fake, fake, fake);
}
