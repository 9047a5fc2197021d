using Microsoft.Extensions.Logging;

namespace Spot.Inference;

/// <summary>Computes things together; what fails together is tried one by one, so that only the one at fault fails.</summary>
internal static class Jointly
{
    /// <param name="all">The things; none is nothing to do.</param>
    /// <param name="compute">Computes some of them.</param>
    /// <param name="fail">Told of one that failed alone.</param>
    /// <param name="logger">Told that they failed together.</param>
    public static void Run<T>(IReadOnlyList<T> all, Action<IReadOnlyList<T>> compute, Action<T, Exception> fail, ILogger logger)
    {
        try
        {
            if (all.Count > 0)
            {
                compute(all);
            }
        }
        catch (Exception exception) when (all.Count > 1)
        {
            InferenceLog.OneByOne(logger, all.Count, exception);
            foreach (T one in all)
            {
                Run([one], compute, fail, logger);
            }
        }
        catch (Exception exception)
        {
            fail(all[0], exception);
        }
    }
}
