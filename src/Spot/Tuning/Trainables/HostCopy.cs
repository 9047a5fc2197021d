using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Copies weights and optimiser states between their device and arrays: for checkpoints, never in a step.</summary>
internal static class HostCopy
{
    private static long _count;

    /// <summary>Copies made so far, in the process.</summary>
    public static long Count => Interlocked.Read(ref _count);

    /// <summary>The numbers of a float32 tensor.</summary>
    public static float[] Read(Tensor numbers)
    {
        Interlocked.Increment(ref _count);
        using DisposeScope scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(numbers.detach().cpu().contiguous().bytes).ToArray();
    }

    /// <summary>Replaces the numbers of a float32 tensor.</summary>
    public static void Write(float[] values, Tensor numbers)
    {
        Interlocked.Increment(ref _count);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        numbers.copy_(frombuffer(values, ScalarType.Float32).view(numbers.shape));
    }
}
