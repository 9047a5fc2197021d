using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Spreads the rows of a kernel over libtorch's number of threads. What is computed for a row does not depend on their number.</summary>
internal static class KernelRows
{
    private const int PerTask = 32;

    /// <summary>Does something with every row.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="action">Called with 0 … rows − 1, from several threads.</param>
    public static void For(int rows, Action<nint> action) => For(rows, PerTask, action);

    /// <summary>The same with a chosen number of rows that a thread takes at a time.</summary>
    public static void For(int rows, int perTask, Action<nint> action)
    {
        int tasks = (rows + perTask - 1) / perTask;
        ParallelOptions options = new() { MaxDegreeOfParallelism = get_num_threads() };
        Parallel.For(0, tasks, options, task =>
        {
            for (int row = task * perTask; row < Math.Min(rows, (task + 1) * perTask); row++)
            {
                action(row);
            }
        });
    }
}
