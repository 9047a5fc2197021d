using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Changes one weight matrix by its gradients, in tensors on the matrix's device. Computes what <see cref="Optimizer"/> computes on arrays.</summary>
internal abstract class TensorOptimizer : IDisposable
{
    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Everything but <see cref="Step"/> that the next step depends on, by the names that <see cref="Optimizer.State"/> has. float32</summary>
    public Dictionary<string, Tensor> State { get; } = [];

    /// <summary>Applies one gradient. Call without gradients, in a dispose scope.</summary>
    /// <param name="parameter">Changed in place. // [rows, columns]</param>
    /// <param name="gradient">May be overwritten. // [rows, columns]</param>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    public abstract void Apply(Tensor parameter, Tensor gradient, double factor = 1);

    public void Dispose()
    {
        foreach (Tensor state in State.Values)
        {
            state.Dispose();
        }
    }

    /// <summary>Adds zeros to <see cref="State"/>.</summary>
    private protected Tensor NewState(string name, Device device, params long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        return State[name] = zeros(shape, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>The root mean square, in one pass over the numbers. // []</summary>
    private protected static Tensor Rms(Tensor values)
    {
        using Scalar factor = 1 / Math.Sqrt(values.NumberOfElements);
        return values.norm().mul_(factor);
    }

    /// <summary>A learning rate, multiplied by the parameter's size if it is relative. // []</summary>
    private protected static Tensor Rate(double rate, bool relative, Tensor parameter)
    {
        using Scalar factor = rate, least = ParameterSize.Least;
        return relative ? Rms(parameter).clamp_min(least).mul_(factor) : tensor((float)rate, device: parameter.device);
    }

    /// <summary>old + share · (new − old): precise also where the share is tiny. In the current dispose scope.</summary>
    private protected static void Mix(Tensor old, Tensor latest, double share)
    {
        old.lerp_(latest, tensor((float)share, device: old.device));
    }

    /// <summary>parameter − rate · update.</summary>
    private protected static void Subtract(Tensor parameter, Tensor update, Tensor rate) => parameter.addcmul_(update, rate, MinusOne);

    private protected static readonly Scalar MinusOne = -1;
}
