namespace Spot.Tasks;

/// <summary>The checks that every metric makes of its input.</summary>
internal static class MetricInput
{
    /// <summary>Throws unless there is at least one example and as many of one side as of the other.</summary>
    /// <param name="targets">How many targets.</param>
    /// <param name="predictions">How many predictions.</param>
    public static void ThrowUnlessPaired(int targets, int predictions)
    {
        if (targets != predictions)
        {
            throw new ArgumentException($"Found {targets} targets and {predictions} predictions, expected one prediction for each target.", nameof(predictions));
        }

        if (targets == 0)
        {
            throw new ArgumentException("Found no examples, expected at least one: the score of nothing is undefined.", nameof(targets));
        }
    }

    /// <summary>Throws unless an id is 0 … classes − 1.</summary>
    /// <param name="targets">The ids.</param>
    /// <param name="classes">How many classes there are.</param>
    public static void ThrowUnlessClasses(ReadOnlySpan<int> targets, int classes)
    {
        for (int i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] >= (uint)classes)
            {
                throw new ArgumentException($"Found the target {targets[i]} at index {i}, expected 0 to {classes - 1}. Leave out examples without a label.", nameof(targets));
            }
        }
    }
}
