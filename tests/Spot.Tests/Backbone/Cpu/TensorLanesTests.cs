using System.Runtime.Intrinsics;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

public class TensorLanesTests
{
    public TensorLanesTests() => TorchRuntime.EnsureLoaded();

    /// <summary>As the attention of long inputs is. Most of the memory is never touched, so the machine need not have it.</summary>
    [Fact]
    public void A_tensor_may_have_more_than_two_gigabytes()
    {
        using DisposeScope scope = NewDisposeScope();
        long before = 1L << 29;
        float[] values = [.. Enumerable.Range(0, TensorLanes.Count).Select(i => (float)i)];
        Tensor wide = empty(before + TensorLanes.Count);
        wide.narrow(0, before, TensorLanes.Count).copy_(tensor(values));
        TensorLanes lanes = new(wide);
        lanes.Store((nint)before, lanes.Load((nint)before) + Vector512<float>.One);
        Assert.Equal(values.Select(value => value + 1), TestModels.Floats(wide.narrow(0, before, TensorLanes.Count)));
    }
}
