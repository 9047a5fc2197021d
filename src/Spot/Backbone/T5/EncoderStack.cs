using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The encoder: soft prompt and tokens in, one state per position out.</summary>
internal sealed class EncoderStack
{
    private const int ShortSequence = 64; // positions
    private readonly T5Weights _weights;
    private readonly T5Config _config;

    public EncoderStack(T5Weights weights, T5Config config, Device device)
    {
        _weights = weights;
        _config = config;
        Blocks = [.. Enumerable.Range(0, config.EncoderLayers).Select(block => new EncoderBlock(weights, config, block))];
        HasKernels = CpuKernels.Support(config, device);
    }

    public IReadOnlyList<EncoderBlock> Blocks { get; }

    /// <summary>// [d]</summary>
    public Tensor FinalNorm => _weights[T5Layout.EncoderNorm];

    /// <summary>Whether kernels can compute it; they do where no gradient is recorded.</summary>
    public bool HasKernels { get; }

    /// <summary>
    /// Whether <see cref="ForwardSequences"/> is the fastest for sequences up to a length: in bfloat16, for which the
    /// runtime has products and .NET has none, where they are short.
    /// </summary>
    public bool TakesSequences(int longest) => HasKernels && (longest <= ShortSequence || Blocks[0].Type == ScalarType.Float32);

    /// <summary>Runs the encoder on sequences of any lengths, by kernels, inside no_grad.</summary>
    /// <param name="embeddings">Prompt and token embeddings of all. // [batch, length, d]</param>
    /// <param name="places">Where each sequence lies among the batch · length positions; what comes of positions between them is undefined.</param>
    /// <param name="trace">Told the embeddings, every block's output and the final state; for tests.</param>
    /// <returns>The states after the final norm. // [batch, length, d]</returns>
    public Tensor ForwardSequences(Tensor embeddings, IReadOnlyList<SequencePlace> places, Action<Tensor>? trace = null)
    {
        int longest = places.Max(place => place.Length);
        using Tensor byDistance = RelativePosition.ByDistance(_weights[T5Layout.Bias("encoder")], _config, bidirectional: true, 0, longest, longest);
        BlockMath math = new(_weights, _config, null, null, kernels: true, new Sequences(places, new DistanceBias(byDistance)));
        return Run(embeddings, math, null, trace);
    }

    /// <summary>Runs the encoder on rows that are padded to the longest; by kernels where there are any and no gradient is recorded.</summary>
    /// <param name="embeddings">Prompt and token embeddings. // [batch, length, d]</param>
    /// <param name="mask">0 where a key is real, −∞ where it is padding; null where nothing is padded. // [batch, 1, 1, length]</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">As above.</param>
    /// <returns>The states after the final norm. // [batch, length, d]</returns>
    public Tensor Forward(Tensor embeddings, Tensor? mask, DropoutMasks? dropout, Action<Tensor>? trace = null)
    {
        int length = (int)embeddings.size(1);
        return Run(embeddings, HasKernels && !is_grad_enabled() ? ByKernels(length, mask) : ByTensors(Bias(length, mask)), dropout, trace);
    }

    private Tensor Run(Tensor embeddings, BlockMath math, DropoutMasks? dropout, Action<Tensor>? trace)
    {
        Tensor x = Layers.Dropped(embeddings, _config, dropout).contiguous();
        foreach (EncoderBlock block in Blocks)
        {
            trace?.Invoke(x);
            using DisposeScope scope = NewDisposeScope();
            x = block.Forward(x, math, dropout).MoveToOuterDisposeScope();
        }

        x = Finish(x, math, dropout);
        trace?.Invoke(x);
        return x;
    }

    /// <summary>The final norm.</summary>
    public Tensor Finish(Tensor x, BlockMath math, DropoutMasks? dropout) => Layers.Dropped(math.Norm(x, FinalNorm).Y, _config, dropout);

    /// <summary>Blocks by kernels, where there are any, inside no_grad.</summary>
    public BlockMath ByKernels(int length, Tensor? mask) => new(_weights, _config, Bias(length, null).contiguous(), mask, kernels: true);

    /// <summary>Blocks by tensor operations.</summary>
    /// <param name="bias">What <see cref="Bias"/> gave.</param>
    public BlockMath ByTensors(Tensor bias) => new(_weights, _config, bias, null, kernels: false);

    /// <summary>What every layer adds to its scores: the relative position bias and the mask.</summary>
    /// <returns>// [batch or 1, heads, length, length]</returns>
    public Tensor Bias(int length, Tensor? mask)
    {
        Tensor bias = RelativePosition.Bias(_weights[T5Layout.Bias("encoder")], _config, bidirectional: true, 0, length, length);
        return mask is null ? bias : bias.Plus(mask);
    }
}
