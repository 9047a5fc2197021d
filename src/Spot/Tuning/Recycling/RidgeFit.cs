using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The linear map of least squares with a ridge and a bias that is not part of it, in closed form.</summary>
internal static class RidgeFit
{
    /// <summary>W = (X'X + λ tr(X'X) / d)⁻¹ X'Y of the centred rows, in double.</summary>
    /// <param name="pairs">The rows.</param>
    /// <param name="ridge">λ, a share of the inputs' mean square.</param>
    public static DenseLayer Fit(RowPairs pairs, double ridge)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor x = tensor(pairs.Source, [pairs.Count, pairs.SourceDim]).to(ScalarType.Float64), y = tensor(pairs.Target, [pairs.Count, pairs.TargetDim]).to(ScalarType.Float64);
        Tensor meanX = x.mean([0], keepdim: true), meanY = y.mean([0], keepdim: true); // [1, d]
        using Scalar minus = -1;
        x = x.Plus(meanX * minus);
        y = y.Plus(meanY * minus);
        Tensor squares = x.t().matmul(x); // [d, d]
        using Scalar added = Math.Max(ridge * squares.trace().item<double>() / pairs.SourceDim, 1e-300);
        Tensor weight = linalg.solve(squares.Plus(eye(pairs.SourceDim, dtype: ScalarType.Float64) * added), x.t().matmul(y)); // [d, target d]
        Tensor bias = meanY.Plus(meanX.matmul(weight) * minus);
        return new DenseLayer(weight.t().contiguous().data<double>().ToArray(), bias.contiguous().data<double>().ToArray());
    }
}
