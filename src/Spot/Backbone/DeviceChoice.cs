using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Decides device and precision from the options and what the machine has.</summary>
internal static class DeviceChoice
{
    private static readonly TimeSpan TrialTime = TimeSpan.FromMilliseconds(40);

    /// <summary>The device that an option names.</summary>
    /// <exception cref="ArgumentException">The text names no device.</exception>
    /// <exception cref="SpotException">The machine lacks it.</exception>
    public static Device Resolve(string option)
    {
        switch (option)
        {
            case "auto":
                return cuda.is_available() ? CUDA : mps_is_available() ? MPS : CPU;
            case "cpu":
                return CPU;
            case "mps":
                return mps_is_available() ? MPS : throw Missing(option, "this machine or backend package has no MPS");
        }

        string number = option == "cuda" ? "0" : option.StartsWith("cuda:", StringComparison.Ordinal) ? option[5..] : "";
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            throw new ArgumentException($"Device '{option}' is not known; expected auto, cpu, cuda, cuda:N or mps.", nameof(option));
        }

        int count = cuda.is_available() ? cuda.device_count() : 0;
        return index < count ? device(DeviceType.CUDA, index) : throw Missing(option, $"{count} CUDA devices are usable");
    }

    /// <summary>The type that an option means on a device.</summary>
    /// <param name="precision">The option.</param>
    /// <param name="device">The device.</param>
    /// <param name="config">The model, whose own shapes are timed on a CPU.</param>
    public static ScalarType Resolve(BackbonePrecision precision, Device device, T5Config config) => precision switch
    {
        BackbonePrecision.Float32 => ScalarType.Float32,
        BackbonePrecision.BFloat16 => ScalarType.BFloat16,
        BackbonePrecision.Float16 => throw new ArgumentException(
            "Precision is Float16, which T5 cannot be computed in: its feed-forward and residual activations, and trained prompts with values of " +
            "hundreds, exceed float16's largest number, 65,504, and become infinite. Use BFloat16, which has float32's range in as little memory, or Float32.",
            nameof(precision)),
        _ => device.type switch
        {
            DeviceType.CUDA => ScalarType.BFloat16,
            DeviceType.CPU when IsFasterInBFloat16(config) => ScalarType.BFloat16,
            _ => ScalarType.Float32,
        },
    };

    // libtorch emulates bfloat16 on processors without instructions for it, many times slower: only a trial tells.
    private static bool IsFasterInBFloat16(T5Config config)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor x = rand(512, config.Dim), weight = rand(config.FeedForwardDim, config.Dim);
        Tensor halfX = x.to(ScalarType.BFloat16), halfWeight = weight.to(ScalarType.BFloat16);

        // In turn, and the best of each: a machine that is busy for a moment must not decide. Emulated bfloat16 can take seconds, so the
        // trials end early where they are slow.
        double single = double.MaxValue, half = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < 200 && (i < 4 || Stopwatch.GetElapsedTime(begin) < (i < 20 ? 10 : 1) * TrialTime); i++)
        {
            single = Math.Min(single, Time(x, weight));
            half = Math.Min(half, Time(halfX, halfWeight));
        }

        return single > 1.3 * half;
    }

    private static double Time(Tensor x, Tensor weight)
    {
        long start = Stopwatch.GetTimestamp();
        nn.functional.linear(x, weight).Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static SpotException Missing(string option, string found) => new(
        $"Device '{option}' was asked for, but {found}. Use 'auto', or reference the backend package for this device. See docs/native-backends.md.");
}
