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
        using Scalar epsilon = Adafactor.Epsilon1, threshold = 1 / _options.ClippingThreshold, one = 1, kept = 1 - _options.WeightDecay;
        Tensor square = gradient.Squared().Plus(epsilon);
        Tensor update = gradient * Scale(square, Adafactor.NewShare(_options, Step));
        Tensor rate = Rate(_options.LearningRate * factor, _options.ScaleByParameter, parameter);
        update.mul_(rate / Rms(update).mul_(threshold).clamp_min(one));
        if (_momentum is not null)
        {
            Mix(_momentum, update, 1 - _options.Beta1!.Value);
            update = _momentum;
        }

        if (_options.WeightDecay > 0)
        {
            parameter.mul_(kept);
        }

        parameter.add_(update, MinusOne);
        Step++;
    }

    // 1 / sqrt(moment) after taking in the squares of a gradient. // [rows, columns]
    private Tensor Scale(Tensor square, double newShare)
    {
        if (_moment is not null)
        {
            Mix(_moment, square, newShare);
            return _moment.rsqrt();
        }

        Mix(_rowMoment!, square.mean([1]), newShare);
        Mix(_columnMoment!, square.mean([0]), newShare);
        return (_rowMoment! / _rowMoment!.mean()).rsqrt_().unsqueeze(1) * _columnMoment!.rsqrt().unsqueeze(0);
    }
}
