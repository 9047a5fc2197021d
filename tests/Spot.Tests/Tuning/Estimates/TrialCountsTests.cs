using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>How often a run evaluates and writes, and what that leaves on disk.</summary>
public sealed class TrialCountsTests
{
    [Theory]
    [InlineData(30_000, 500, false, 60)]
    [InlineData(30_000, 500, true, 61)]
    [InlineData(10, 3, false, 4)] // after 3, 6, 9 and 10
    [InlineData(9, 3, false, 3)]
    [InlineData(2, 100, true, 2)]
    [InlineData(int.MaxValue, 1, false, int.MaxValue)]
    public void Evaluations_are_at_every_so_many_steps_and_at_the_end(int steps, int every, bool before, int expected)
    {
        TuningOptions options = new() { Steps = steps, EvaluateEvery = every, EvaluateBeforeTraining = before };
        Assert.Equal(expected, TrialCounts.Evaluations(options));
        (options.RunFolder, options.CheckpointEvery) = ("run", every);
        Assert.Equal(expected - (before ? 1 : 0), TrialCounts.Checkpoints(options));
        options.RunFolder = null;
        Assert.Equal(0, TrialCounts.Checkpoints(options));
    }

    [Fact]
    public void Bytes_grow_with_losses_evaluations_lines_and_what_is_kept()
    {
        TrialFiles files = new(Steps: 6, Checkpoint: 10_000, Values: 400, Evaluation: 70, StepLine: 100, EvaluationLine: 50, Kept: 500);
        TuningOptions options = new() { Steps = 16, EvaluateEvery = 4, CheckpointEvery = 8, EmbeddingStep = 17, RunFolder = "run" };
        int history = (16 * 100) + (4 * 50), losses = (16 - 6) * 8, evaluations = 3 * 70;
        Assert.Equal(10_000 + losses + evaluations + history, TrialCounts.Bytes(options, files));
        options.EmbeddingStep = 16;
        Assert.Equal(10_000 + losses + evaluations + history + 400, TrialCounts.Bytes(options, files));
        options.KeepCheckpoints = true;
        Assert.Equal(10_000 + losses + evaluations + history + 400 + (2 * 500), TrialCounts.Bytes(options, files));
    }
}
