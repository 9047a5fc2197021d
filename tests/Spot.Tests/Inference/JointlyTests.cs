using Microsoft.Extensions.Logging.Abstractions;
using Spot.Inference;

namespace Spot.Tests.Inference;

/// <summary>What fails together is tried one by one.</summary>
public class JointlyTests
{
    [Fact]
    public void Only_the_one_at_fault_fails()
    {
        List<int> done = [], failed = [];
        Jointly.Run(
            [1, 2, 3],
            part =>
            {
                Assert.DoesNotContain(2, part);
                done.AddRange(part);
            },
            (one, _) => failed.Add(one),
            NullLogger.Instance);
        Assert.Equal([1, 3], done);
        Assert.Equal([2], failed);
    }

    [Fact]
    public void Together_they_are_computed_once_and_nothing_not_at_all()
    {
        int calls = 0;
        Jointly.Run<int>([1, 2, 3], part => calls += part.Count == 3 ? 1 : 100, (_, exception) => throw exception, NullLogger.Instance);
        Jointly.Run<int>([], _ => calls += 100, (_, exception) => throw exception, NullLogger.Instance);
        Assert.Equal(1, calls);
    }
}
