namespace Spot.Backbone;

/// <summary>What is wrong with options by themselves; whether the machine has the device is known when the backbone is loaded.</summary>
internal static class BackboneOptionsValidator
{
    /// <summary>The options that are wrong, each with what was found, what is expected, and what to do. Needs no native library.</summary>
    public static IEnumerable<(string Option, string Problem)> Problems(BackboneOptions options)
    {
        if (DeviceChoice.Problem(options.Device) is { } device)
        {
            yield return (nameof(BackboneOptions.Device), device);
        }

        if (DeviceChoice.Problem(options.Precision) is { } precision)
        {
            yield return (nameof(BackboneOptions.Precision), precision);
        }

        if (options.Threads is < 1)
        {
            yield return (nameof(BackboneOptions.Threads), $"is {options.Threads}; expected at least 1. Leave it null for libtorch's choice.");
        }
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static void Check(BackboneOptions options)
    {
        foreach ((string option, string problem) in Problems(options))
        {
            throw new ArgumentException($"{option} {problem}", nameof(options));
        }
    }
}
