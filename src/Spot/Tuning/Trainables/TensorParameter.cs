using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// A weight of a model that is tuned, with its optimiser's state, on the model's device. The numbers are float32; where passes are computed in
/// bfloat16 they read a rounded copy.
/// </summary>
/// <remarks>A step moves nothing between host and device. <see cref="Read"/>, <see cref="Write"/> and their likes do, for checkpoints.</remarks>
internal sealed class TensorParameter : Parameter, IDisposable
{
    private readonly Tensor _numbers; // float32
    private readonly TensorOptimizer _optimizer;

    /// <param name="name">The name, unique in the run.</param>
    /// <param name="start">The numbers to start from; copied.</param>
    /// <param name="options">The optimiser's options.</param>
    /// <param name="type">What passes are computed in.</param>
    public TensorParameter(string name, Tensor start, OptimizerOptions options, ScalarType type = ScalarType.Float32)
        : base(name, start.shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _numbers = empty(start.shape, ScalarType.Float32, start.device).DetachFromDisposeScope();
        _numbers.copy_(start);
        Weight = type == ScalarType.Float32 ? _numbers : _numbers.to(type).DetachFromDisposeScope();
        Weight.requires_grad_();
        _optimizer = OptimizerFactory.Create(options, Rows, Columns, start.device, type);
    }

    /// <summary>What passes read, a leaf that takes their gradient.</summary>
    public Tensor Weight { get; }

    public override long Step
    {
        get => _optimizer.Step;
        set => _optimizer.Step = value;
    }

    /// <summary>Sets the gradient to 0, before the passes of a step add to it.</summary>
    public void ClearGradient()
    {
        using Tensor? gradient = Weight.grad;
        gradient?.zero_();
    }

    /// <summary>The gradient in float32, zeros where no pass read the weight. In the current dispose scope.</summary>
    public Tensor Gradient() => Weight.grad?.to(ScalarType.Float32) ?? zeros_like(_numbers, dtype: ScalarType.Float32);

    /// <summary>The numbers, to look at.</summary>
    public Tensor Numbers => _numbers;

    /// <summary>Takes one step.</summary>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    /// <param name="shrink">What the gradient is multiplied by first: clipping.</param>
    public void Apply(double factor, double shrink)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using Scalar less = shrink;
        Tensor gradient = Gradient();
        gradient = shrink < 1 ? gradient * less : gradient;
        _optimizer.Apply(_numbers.view(Rows, Columns), gradient.view(Rows, Columns), factor);
        Round();
    }

    public override float[] Read() => HostCopy.Read(_numbers);

    public override void Write(float[] replacement)
    {
        HostCopy.Write(replacement, _numbers);
        using IDisposable noGradient = no_grad();
        Round();
    }

    public override IReadOnlyDictionary<string, float[]> ReadState() => _optimizer.State.ToDictionary(state => state.Key, state => HostCopy.Read(state.Value));

    public override void WriteState(IReadOnlyDictionary<string, float[]> state)
    {
        foreach ((string key, Tensor numbers) in _optimizer.State)
        {
            HostCopy.Write(state[key], numbers);
        }
    }

    public void Dispose()
    {
        _numbers.Dispose();
        Weight.Dispose();
        _optimizer.Dispose();
    }

    // The numbers to what passes read.
    private void Round()
    {
        if (!ReferenceEquals(Weight, _numbers))
        {
            Weight.copy_(_numbers);
        }
    }
}
