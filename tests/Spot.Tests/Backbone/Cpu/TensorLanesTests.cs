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
        Tensor tensor = empty(before + TensorLanes.Count);
        tensor.narrow(0, before, TensorLanes.Count).copy_(arange(TensorLanes.Count));
        TensorLanes lanes = new(tensor);
        lanes.Store((nint)before, lanes.Load((nint)before) + Vector512<float>.One);
        Assert.Equal([.. Enumerable.Range(1, TensorLanes.Count).Select(i => (float)i)], TestModels.Floats(tensor.narrow(0, before, TensorLanes.Count)));
    }
}
