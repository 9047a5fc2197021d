using Microsoft.Extensions.Logging;
using Spot.Backbone;
using Spot.Tests.Tuning;
using TorchSharp;

namespace Spot.Tests.Backbone;

/// <summary>Which precision <see cref="BackbonePrecision.Auto"/> is.</summary>
public class PrecisionTests
{
    [Fact]
    public void It_follows_from_the_processor_and_the_log_says_why()
    {
        Messages<T5Backbone> log = new(LogLevel.Information);
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = "cpu" }, log);
        (bool native, string reason) = BFloat16Support.Of(torch.CPU);
        Assert.Equal(native ? BackbonePrecision.BFloat16 : BackbonePrecision.Float32, backbone.Precision);
        Assert.EndsWith($"on cpu in {backbone.Precision}: {reason}", log.All[^1], StringComparison.Ordinal);
    }

    /// <summary>The kernel reads the same bit of the processor.</summary>
    [Fact]
    public void The_processor_is_asked_what_the_system_says_of_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"), "only Linux lists a processor's instructions in /proc/cpuinfo");
        string flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        TorchRuntime.EnsureLoaded();
        Assert.Equal(flags.Split(' ').Contains("avx512_bf16"), BFloat16Support.Of(torch.CPU).IsNative);
    }

    [Theory]
    [InlineData(7, 5, false)]
    [InlineData(8, 0, true)]
    [InlineData(9, 0, true)]
    public void A_card_is_asked_for_its_compute_capability(int major, int minor, bool native)
    {
        (bool isNative, string reason) = BFloat16Support.Cuda((major, minor));
        Assert.Equal(native, isNative);
        Assert.Contains($"{major}.{minor}", reason, StringComparison.Ordinal);
        Assert.False(BFloat16Support.Cuda(null).IsNative);
    }
}
