using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Tuning;

/// <summary>The map of two layers with ReLU between them, fitted by Adam to the mean square error, as the authors' code does it.</summary>
/// <remarks>Rows are scaled to a mean square of 1 first, so that the learning rate means the same for every pair of models.</remarks>
internal sealed class TwoLayerFit : IDisposable
{
    private readonly RowPairs _pairs;
    private readonly PromptRecyclerOptions _options;
    private readonly double _scaleX, _scaleY;
    private readonly TensorParameter[] _parameters; // weight and bias of the first, then of the second

    private TwoLayerFit(RowPairs pairs, PromptRecyclerOptions options)
    {
        (_pairs, _options) = (pairs, options);
        (_scaleX, _scaleY) = (Scale(pairs.Source), Scale(pairs.Target));
        int hidden = options.HiddenScale * pairs.TargetDim;
        SplitMix64 random = SplitMix64.For("recycler", options.Seed);
        AdamWOptions adam = new() { LearningRate = options.LearningRate, WeightDecay = 0 };
        using DisposeScope scope = NewDisposeScope();
        _parameters =
        [
            new TensorParameter("first", Uniform(hidden, pairs.SourceDim, ref random), adam), new TensorParameter("first bias", zeros(hidden), adam),
            new TensorParameter("second", Uniform(pairs.TargetDim, hidden, ref random), adam), new TensorParameter("second bias", zeros(pairs.TargetDim), adam),
        ];
    }

    /// <summary>Fits the map, an epoch at a time on the model's thread.</summary>
    public static DenseLayer[] Fit(RowPairs pairs, FrozenT5 model, PromptRecyclerOptions options, CancellationToken cancellationToken)
    {
        using TwoLayerFit fit = model.Run(() => new TwoLayerFit(pairs, options));
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            model.Run(() => fit.Epoch(epoch));
        }

        return model.Run(fit.Layers);
    }

    public void Dispose() => Array.ForEach(_parameters, parameter => parameter.Dispose());

    private bool Epoch(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, _pairs.Count)];
        SplitMix64.For("recycler order", _options.Seed, epoch).Shuffle(order);
        foreach (int[] rows in order.Chunk(_options.BatchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = Rows(_pairs.Source, _pairs.SourceDim, rows, _scaleX), y = Rows(_pairs.Target, _pairs.TargetDim, rows, _scaleY);
            Tensor hidden = F.linear(x, _parameters[0].Weight, _parameters[1].Weight).relu(); // [batch, hidden]
            Array.ForEach(_parameters, parameter => parameter.ClearGradient());
            F.mse_loss(F.linear(hidden, _parameters[2].Weight, _parameters[3].Weight), y).backward();
            Array.ForEach(_parameters, parameter => parameter.Apply(1, 1));
        }

        return true;
    }

    // The scales go into the weights.
    private DenseLayer[] Layers()
    {
        double[][] numbers = [.. _parameters.Select(parameter => parameter.Read().Select(value => (double)value).ToArray())];
        return
        [
            new DenseLayer([.. numbers[0].Select(value => value * _scaleX)], numbers[1]),
            new DenseLayer([.. numbers[2].Select(value => value / _scaleY)], [.. numbers[3].Select(value => value / _scaleY)]),
        ];
    }

    private static Tensor Rows(float[] all, int dim, int[] rows, double scale) =>
        tensor([.. rows.SelectMany(row => all.Skip(row * dim).Take(dim)).Select(value => (float)(value * scale))], [rows.Length, dim]);

    private static double Scale(float[] values)
    {
        double square = values.Sum(value => (double)value * value) / values.Length;
        return square > 0 ? 1 / Math.Sqrt(square) : 1;
    }

    // ±√(3 / inputs): a variance of 1 / inputs.
    private static Tensor Uniform(int rows, int columns, ref SplitMix64 random)
    {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(((2 * random.NextDouble()) - 1) * Math.Sqrt(3.0 / columns));
        }

        return tensor(values, [rows, columns]);
    }
}
