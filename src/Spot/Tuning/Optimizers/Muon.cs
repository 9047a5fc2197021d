using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Spot.Tuning;

/// <summary>
/// Muon (Jordan et al. 2024, the published code) for one weight matrix: Nesterov's momentum, made nearly orthogonal by five steps of a Newton-Schulz
/// iteration, at a rate that is relative to the size of the matrix.
/// </summary>
internal sealed class Muon : Optimizer
{
    private const int Iterations = 5;
    /// <summary>Added to norms that are divided by.</summary>
    public const float LeastNorm = 1e-7f;

    private const float A = 3.4445f, B = -4.7750f, C = 2.0315f; // the published a·x + b·x³ + c·x⁵, steep at 0
    private readonly MuonOptions _options;
    private readonly int _rows, _columns;
    private readonly float[] _momentum;

    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension.</param>
    /// <param name="columns">The second dimension.</param>
    public Muon(MuonOptions options, int rows, int columns)
    {
        _options = options;
        (_rows, _columns) = (rows, columns);
        _momentum = new float[rows * columns];
    }

    public override IReadOnlyDictionary<string, float[]> State => new Dictionary<string, float[]> { ["momentum"] = _momentum };

    public override void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, double factor = 1)
    {
        Step++;
        float[] direction = new float[_momentum.Length];
        float beta = (float)_options.Momentum;
        TensorPrimitives.MultiplyAdd(_momentum, beta, gradient, _momentum);
        TensorPrimitives.MultiplyAdd(_momentum, beta, gradient, direction);
        TensorPrimitives.Multiply(direction, 1 / (TensorPrimitives.Norm<float>(direction) + LeastNorm), direction);

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor orthogonal = Orthogonalize(tensor(direction, [_rows, _columns])).contiguous();

        // An orthogonal matrix has the root mean square 1 / √(its longer side).
        double size = ParameterSize.Of(parameter) * Math.Sqrt(Math.Max(_rows, _columns));
        float rate = (float)(-_options.LearningRate * factor * size);
        TensorPrimitives.MultiplyAdd(MemoryMarshal.Cast<byte, float>(orthogonal.bytes), rate, parameter, parameter);
    }

    /// <summary>x of norm 1 → U Vᵀ of its singular value decomposition, roughly: singular values of 0.7 … 1.2.</summary>
    public static Tensor Orthogonalize(Tensor x)
    {
        bool tall = x.size(0) > x.size(1);
        x = tall ? x.t() : x;
        for (int i = 0; i < Iterations; i++)
        {
            Tensor square = matmul(x, x.t());
            Tensor mixed = addmm(square, square, square, B, C);
            x = addmm(x, mixed, x, A, 1);
        }

        return tall ? x.t() : x;
    }
}
