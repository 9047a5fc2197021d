using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>What the CUDA driver tells of a card. libtorch knows it too, but TorchSharp does not pass it on.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>The compute capability of a card, for example (8, 0); null where the driver does not tell.</summary>
    /// <param name="device">The card.</param>
    public static (int Major, int Minor)? Capability(Device device)
    {
        const int majorAttribute = 75, minorAttribute = 76; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…
        if (Card(device) is not { } card || Function("cuDeviceGetAttribute") is not { } function)
        {
            return null;
        }

        int major, minor;
        delegate* unmanaged<int*, int, int, int> get = (delegate* unmanaged<int*, int, int, int>)function;
        return get(&major, majorAttribute, card) == 0 && get(&minor, minorAttribute, card) == 0 ? (major, minor) : null;
    }

    /// <summary>The memory of a card in bytes; null where the driver does not tell.</summary>
    /// <param name="device">The card.</param>
    public static long? Memory(Device device)
    {
        nuint bytes;
        return Card(device) is { } card && Function("cuDeviceTotalMem_v2") is { } function
            && ((delegate* unmanaged<nuint*, int, int>)function)(&bytes, card) == 0 ? (long)bytes : null;
    }

    private static int? Card(Device device)
    {
        int card, index = Math.Max(0, device.index); // −1 is the first
        return Function("cuInit") is { } start && Function("cuDeviceGet") is { } get
            && ((delegate* unmanaged<uint, int>)start)(0) == 0 && ((delegate* unmanaged<int*, int, int>)get)(&card, index) == 0 ? card : null;
    }

    private static nint? Function(string name) =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver)
        && NativeLibrary.TryGetExport(driver, name, out nint function) ? function : null;
}
