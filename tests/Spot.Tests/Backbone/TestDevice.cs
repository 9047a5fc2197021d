using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Where the tests compute: on the processor, or where the environment's SPOT_TEST_DEVICE says, for example <c>cuda</c>.</summary>
internal static class TestDevice
{
    public static string Name { get; } = Environment.GetEnvironmentVariable("SPOT_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu";

    public static Device Device
    {
        get
        {
            TorchRuntime.EnsureLoaded();
            return DeviceChoice.Resolve(Name);
        }
    }
}
