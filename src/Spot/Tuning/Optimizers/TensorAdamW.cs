using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary><see cref="AdamW"/> in tensors.</summary>
internal sealed class TensorAdamW : TensorOptimizer
{
    private readonly AdamWOptions _options;
    private readonly Tensor _first, _second;

    public TensorAdamW(AdamWOptions options, int rows, int columns, Device device)
    {
        _options = options;
        _first = NewState("first", device, rows, columns);
        _second = NewState("second", device, rows, columns);
    }

    public override void Apply(Tensor parameter, Tensor gradient, double factor = 1)
    {
        Step++;
        using Scalar firstFactor = 1 / (1 - Math.Pow(_options.Beta1, Step)), decay = _options.WeightDecay, epsilon = _options.Epsilon;
        using Scalar secondFactor = 1 / Math.Sqrt(1 - Math.Pow(_options.Beta2, Step));
        Mix(_first, gradient, 1 - _options.Beta1);
        Mix(_second, gradient.Squared(), 1 - _options.Beta2);
        Tensor update = (_first * firstFactor).div_(_second.sqrt().mul_(secondFactor).Plus(epsilon));
        Tensor rate = Rate(_options.LearningRate * factor, _options.ScaleParameter, parameter);
        if (_options.WeightDecay > 0)
        {
            Subtract(parameter, parameter * decay, rate);
        }

        Subtract(parameter, update, rate);
    }
}
