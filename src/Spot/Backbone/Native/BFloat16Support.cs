using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Whether a device has instructions for bfloat16. Without them libtorch emulates the type, many times slower than float32.</summary>
/// <remarks>A property of the device alone: the same answer on every load, however busy the machine is.</remarks>
internal static class BFloat16Support
{
    private const int FirstCapability = 8; // of CUDA cards: Ampere

    /// <summary>Whether a device computes in bfloat16, and what says so.</summary>
    public static (bool IsNative, string Reason) Of(Device device) => device.type switch
    {
        DeviceType.CPU => Cpu(),
        DeviceType.CUDA => Cuda(CudaDriver.Capability(device)),
        _ => (false, $"{device.type} was not tried in bfloat16"),
    };

    /// <summary>What a card's compute capability says.</summary>
    internal static (bool IsNative, string Reason) Cuda((int Major, int Minor)? capability) => capability is { } found
        ? (found.Major >= FirstCapability, $"the card has compute capability {found.Major}.{found.Minor}; from {FirstCapability}.0 on cards have bfloat16")
        : (false, "the CUDA driver does not tell the card's compute capability");

    // Leaf 7.1 of CPUID, EAX bit 5. Avx512F is supported only where the system keeps the registers.
    private static (bool, string) Cpu() =>
        X86Base.IsSupported && Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0
            ? (true, "the processor has AVX512-BF16")
            : (false, "the processor has no AVX512-BF16");
}
