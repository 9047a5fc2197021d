using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary><see cref="Adafactor"/> in tensors.</summary>
internal sealed class TensorAdafactor : TensorOptimizer
{
    private readonly AdafactorOptions _options;
    private readonly Tensor? _moment, _rowMoment, _columnMoment, _momentum;

    public TensorAdafactor(AdafactorOptions options, int rows, int columns, Device device)
    {
        _options = options;
        if (Adafactor.IsFactored(rows, columns))
        {
            _rowMoment = NewState("rows", device, rows);
            _columnMoment = NewState("columns", device, columns);
        }
        else
        {
            _moment = NewState("moment", device, rows, columns);
        }

        _momentum = options.Beta1 is null ? null : NewState("momentum", device, rows, columns);
    }

    public override void Apply(Tensor parameter, Tensor gradient, double factor = 1)
    {
        using Scalar threshold = 1 / _options.ClippingThreshold, one = 1, kept = 1 - _options.WeightDecay;
        Scale(gradient, Adafactor.NewShare(_options, Step));
        Tensor rate = Rate(_options.LearningRate * factor, _options.ScaleParameter, parameter).div_(Rms(gradient).mul_(threshold).clamp_min_(one));
        if (_options.WeightDecay > 0)
        {
            parameter.mul_(kept);
        }

        if (_momentum is null)
        {
            Subtract(parameter, gradient, rate);
        }
        else
        {
            Mix(_momentum, gradient.mul_(rate), 1 - _options.Beta1!.Value);
            parameter.add_(_momentum, MinusOne);
        }

        Step++;
    }

    // gradient / sqrt(moment), in place, after the moment took in the gradient's squares.
    private void Scale(Tensor gradient, double newShare)
    {
        using Scalar epsilon = Adafactor.Epsilon1;
        Tensor square = gradient.Squared();
        if (_moment is not null)
        {
            Mix(_moment, square.add_(epsilon, TensorSums.One), newShare);
            gradient.mul_(_moment.rsqrt());
            return;
        }

        Mix(_rowMoment!, square.mean([1]).Plus(epsilon), newShare);
        Mix(_columnMoment!, square.mean([0]).Plus(epsilon), newShare);
        gradient.mul_((_rowMoment! / _rowMoment!.mean()).rsqrt_().unsqueeze(1)).mul_(_columnMoment!.rsqrt().unsqueeze(0));
    }
}
