using Spot.Studies;

namespace Spot.Tests.Studies;

/// <summary>Targets as a study judges them: no run is reported by the rows that chose it.</summary>
public class StudyTargetTests
{
    private static readonly TextExample[] Rows = [.. Enumerable.Range(0, 40).Select(i => new TextExample($"row {i}", i % 2 == 0 ? "a" : "b"))];

    [Theory]
    [InlineData(20, 20, 5, 5, 10)]
    [InlineData(20, 20, null, 20, 20)]
    [InlineData(20, 4, 5, 5, 4)]
    [InlineData(20, 0, 5, 5, 10)]
    [InlineData(20, 0, null, 10, 10)]
    [InlineData(1, 0, null, 1, 0)]
    public void Rows_are_cut_and_a_test_split_is_made_of_validation(int validation, int test, int? most, int expectedValidation, int expectedTest)
    {
        TextTask task = new("task", ["a", "b"], Rows, Rows[..validation], Rows[20..(20 + test)]);
        TextTask target = StudyTarget.Of(task, most, 7), again = StudyTarget.Of(task, most, 7);
        Assert.Equal((7, expectedValidation, expectedTest), (target.Train.Count, target.Validation.Count, target.Test.Count));
        Assert.Empty(target.Validation.Intersect(target.Test));
        Assert.Equal(target.Fingerprint, again.Fingerprint);
        Assert.All(target.Train, row => Assert.Contains(row, Rows));
        Assert.Equal(Math.Min(expectedTest, 3), StudyTarget.Of(task, most, 7, 3).Test.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => StudyTarget.Of(task, 0));
    }
}
