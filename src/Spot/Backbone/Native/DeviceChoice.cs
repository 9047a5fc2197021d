using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Decides device and precision from the options and what the machine has.</summary>
internal static class DeviceChoice
{
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

    /// <summary>The type that an option means on a device, and why.</summary>
    public static (ScalarType Type, string Reason) Resolve(BackbonePrecision precision, Device device)
    {
        switch (precision)
        {
            case BackbonePrecision.Float32:
                return (ScalarType.Float32, "asked for");
            case BackbonePrecision.BFloat16:
                return (ScalarType.BFloat16, "asked for");
            case BackbonePrecision.Float16:
                throw new ArgumentException(
                    "Precision is Float16, which T5 cannot be computed in: its feed-forward and residual activations, and trained prompts with values of " +
                    "hundreds, exceed float16's largest number, 65,504, and become infinite. Use BFloat16, which has float32's range in as little memory, or Float32.",
                    nameof(precision));
        }

        (bool isNative, string reason) = BFloat16Support.Of(device);
        return (isNative ? ScalarType.BFloat16 : ScalarType.Float32, reason);
    }

    private static SpotException Missing(string option, string found) => new(
        $"Device '{option}' was asked for, but {found}. Use 'auto', or reference the backend package for this device. See docs/native-backends.md.");
}
