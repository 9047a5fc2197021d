using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary><see cref="Muon"/> in tensors.</summary>
internal sealed class TensorMuon : TensorOptimizer
{
    private readonly MuonOptions _options;
    private readonly Tensor _momentum;
    private readonly ScalarType _type;

    public TensorMuon(MuonOptions options, int rows, int columns, Device device, ScalarType type)
    {
        _options = options;
        _type = type;
        _momentum = NewState("momentum", device, rows, columns);
    }

    public override void Apply(Tensor parameter, Tensor gradient, double factor = 1)
    {
        Step++;
        using Scalar beta = _options.Momentum, least = Muon.LeastNorm;
        _momentum.mul_(beta).Accumulate(gradient);
        Tensor direction = (_momentum * beta).Plus(gradient);
        direction.div_(direction.norm().Plus(least));
        Tensor orthogonal = Muon.Orthogonalize(direction.to(_type)).to(ScalarType.Float32);

        // An orthogonal matrix has the root mean square 1 / √(its longer side).
        double longer = Math.Sqrt(Math.Max(parameter.size(0), parameter.size(1)));
        Subtract(parameter, orthogonal, Rate(_options.LearningRate * factor * longer, true, parameter));
    }
}
