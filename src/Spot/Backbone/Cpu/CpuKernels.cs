using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Whether kernels compute what stands between products, or plain tensors as on every other device.</summary>
internal static class CpuKernels
{
    /// <summary>The environment variable that switches them off with <c>1</c>: to tell whether they are at fault, and to test what other devices compute.</summary>
    public const string OffVariable = "SPOT_PLAIN_TENSORS";

    private static readonly bool Off = Environment.GetEnvironmentVariable(OffVariable) == "1";

    /// <summary>Whether they compute for a model on a device: on the CPU, for widths that are multiples of 16.</summary>
    public static bool Support(T5Config config, Device device) =>
        !Off && device.type == DeviceType.CPU && config.Dim % TensorLanes.Count == 0 && config.FeedForwardDim % TensorLanes.Count == 0;
}
