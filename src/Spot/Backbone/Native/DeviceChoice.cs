using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Decides device and precision from the options and what the machine has.</summary>
internal static class DeviceChoice
{
    /// <summary>What is wrong with the name of a device; null where it is one, be it there or not.</summary>
    public static string? Problem(string? option) =>
        option is "auto" or "cpu" or "mps" || CudaIndex(option) is not null ? null : $"is '{option}'; expected auto, cpu, cuda, cuda:N or mps. Use 'auto' for the best that is there.";

    /// <summary>What is wrong with a precision; null where nothing is.</summary>
    public static string? Problem(BackbonePrecision precision) => precision switch
    {
        BackbonePrecision.Auto or BackbonePrecision.Float32 or BackbonePrecision.BFloat16 => null,
        BackbonePrecision.Float16 =>
            "is Float16, which T5 cannot be computed in: its feed-forward and residual activations, and trained prompts with values of " +
            "hundreds, exceed float16's largest number, 65,504, and become infinite. Use BFloat16, which has float32's range in as little memory, or Float32.",
        _ => $"is {precision}; expected Auto, Float32 or BFloat16. Use Auto to let the device decide.",
    };

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

        int index = CudaIndex(option) ?? throw new ArgumentException($"Device {Problem(option)}", nameof(option));
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
            case BackbonePrecision.Auto:
                (bool isNative, string reason) = BFloat16Support.Of(device);
                return (isNative ? ScalarType.BFloat16 : ScalarType.Float32, reason);
            default:
                throw new ArgumentException($"Precision {Problem(precision)}", nameof(precision));
        }
    }

    private static int? CudaIndex(string? option)
    {
        string number = option == "cuda" ? "0" : option?.StartsWith("cuda:", StringComparison.Ordinal) == true ? option[5..] : "";
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }

    private static SpotException Missing(string option, string found) => new(
        $"Device '{option}' was asked for, but {found}. Use 'auto', or reference the backend package for this device. See docs/native-backends.md.");
}
