using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A step of the decoder, cut into phases of pieces that threads share.</summary>
internal sealed unsafe class DecoderPhases : IDisposable
{
    private const int PerPiece = 32; // outputs of a product
    private const int Kinds = 11; // phases of a block
    private readonly T5Config _config;
    private readonly bool _half;
    private readonly float? _logitScale;
    private readonly Action<int, int> _work;
    private Tensor? _memory;
    private readonly Func<HeadCodes?> _codes;
    private HeadPhases? _head;
    private DecoderWeights _weights = null!;
    private DecoderBias _bias = null!;
    private List<CpuRow> _rows = null!;
    private float* _x, _normed, _qkv, _heads, _gate, _up; // x is the residual stream
    private int _count, _splits;

    public DecoderPhases(FrozenT5 model)
    {
        _config = model.Config;
        _half = model.Type == ScalarType.BFloat16;
        _logitScale = _config.ScalesLogits ? (float)Math.Pow(_config.Dim, -0.5) : null;
        _codes = () => model.HeadCodes;
        _work = Do;
    }

    private int Blocks => _config.DecoderLayers;

    /// <summary>Computes the scores of a new position of every row.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="bias">With room for the positions.</param>
    /// <param name="rows">With room for a position.</param>
    /// <param name="tokens">The newest token of each.</param>
    /// <param name="wanted">Which scores of each.</param>
    /// <param name="scores">Takes the scores. // [rows, vocabulary]</param>
    public void Run(DecoderWeights weights, DecoderBias bias, List<CpuRow> rows, ReadOnlySpan<int> tokens, ReadOnlySpan<WantedScores> wanted, Tensor scores)
    {
        (_weights, _bias, _rows, _count) = (weights, bias, rows, rows.Count);
        int threads = get_num_threads();
        _splits = Math.Clamp(2 * threads / _count, 1, _config.Heads);
        Reserve();
        _head ??= new HeadPhases(weights.Head, _codes);
        for (int row = 0; row < _count; row++)
        {
            Embed(tokens[row], _x + ((nint)row * _config.Dim));
        }

        KernelTeam.Run(Pieces(_head.Begin(_normed, wanted, (float*)TensorLanes.Start(scores))), threads, _work);
    }

    public void Dispose() => _memory?.Dispose();

    private int[] Pieces(int[] head)
    {
        int attention = _count * _splits, narrow = Parts(_config.Dim);
        int[] block =
        [
            _count, 3 * Parts(_config.InnerDim), attention, narrow,
            _count, Parts(_config.InnerDim), attention, narrow,
            _count, Parts(_config.FeedForwardDim), narrow,
        ];
        return [.. Enumerable.Repeat(block, Blocks).SelectMany(pieces => pieces), _count, .. head];
    }

    private static int Parts(int outputs) => (outputs + PerPiece - 1) / PerPiece;

    private void Do(int phase, int piece)
    {
        if (phase >= Blocks * Kinds)
        {
            Finish(phase - (Blocks * Kinds), piece);
            return;
        }

        DecoderWeights.Block block = _weights.Blocks[phase / Kinds];
        switch (phase % Kinds)
        {
            case 0: Norm(piece, block.Norm, _half); break;
            case 1: Project(block, piece); break;
            case 2: Attend(phase / Kinds, piece, self: true); break;
            case 3: Multiply(block.O, piece, _heads, _x, _config.Dim, add: true); break;
            case 4: Norm(piece, block.CrossNorm, _half); break;
            case 5: Multiply(block.CrossQ, piece, _normed, _qkv, 3 * _config.InnerDim, add: false); break;
            case 6: Attend(phase / Kinds, piece, self: false); break;
            case 7: Multiply(block.CrossO, piece, _heads, _x, _config.Dim, add: true); break;
            case 8: Norm(piece, block.FeedForwardNorm, _half); break;
            case 9: Activate(block, piece); break;
            default: Multiply(block.Down, piece, _gate, _x, _config.Dim, add: true); break;
        }
    }

    private void Finish(int phase, int piece)
    {
        if (phase == 0)
        {
            Norm(piece, (nint)_weights.FinalNorm, _weights.Head.IsHalf, _logitScale ?? 1);
            return;
        }

        _head!.Do(phase - 1, piece);
    }

    private void Norm(int row, nint weight, bool half, float scale = 1)
    {
        nint at = (nint)row * _config.Dim;
        if (half)
        {
            RowKernels.RmsNorm<HalfLanes>(_x + at, (float*)weight, _config.Dim, (float)_config.NormEpsilon, scale, _normed + at);
        }
        else
        {
            RowKernels.RmsNorm<SingleLanes>(_x + at, (float*)weight, _config.Dim, (float)_config.NormEpsilon, scale, _normed + at);
        }
    }

    private void Multiply(FewRowMatrix w, int part, float* x, float* y, int stride, bool add)
    {
        int first = part * PerPiece;
        FewRowProducts.Multiply(w, first, Math.Min(first + PerPiece, w.Outputs), x, _count, y, stride, add);
    }

    // q, k and v beside each other. [rows, 3 * heads * kv]
    private void Project(DecoderWeights.Block block, int piece)
    {
        int parts = Parts(_config.InnerDim), which = piece / parts;
        FewRowMatrix w = which == 0 ? block.Q : which == 1 ? block.K : block.V;
        Multiply(w, piece % parts, _normed, _qkv + (which * _config.InnerDim), 3 * _config.InnerDim, add: false);
    }

    private void Activate(DecoderWeights.Block block, int part)
    {
        int width = _config.FeedForwardDim, first = part * PerPiece, end = Math.Min(first + PerPiece, width);
        Multiply(block.Gate, part, _normed, _gate, width, add: false);
        if (block.Up is { } up)
        {
            Multiply(up, part, _normed, _up, width, add: false);
        }

        for (int row = 0; row < _count; row++)
        {
            nint at = ((nint)row * width) + first;
            float* others = block.Up is null ? null : _up + at;
            if (_half)
            {
                RowKernels.Activate<HalfLanes>(_gate + at, others, end - first, _config.Activation);
            }
            else
            {
                RowKernels.Activate<SingleLanes>(_gate + at, others, end - first, _config.Activation);
            }
        }
    }

    private void Attend(int block, int piece, bool self)
    {
        if (_half)
        {
            Attend<HalfLanes>(block, piece, self);
        }
        else
        {
            Attend<SingleLanes>(block, piece, self);
        }
    }

    private void Attend<T>(int block, int piece, bool self)
        where T : struct, IWeightLanes
    {
        int index = piece / _splits, split = piece % _splits, inner = _config.InnerDim;
        Range heads = (split * _config.Heads / _splits)..((split + 1) * _config.Heads / _splits);
        CpuRow row = _rows[index];
        float* q = _qkv + ((nint)index * 3 * inner), into = _heads + ((nint)index * inner);
        (int, int) shape = (_config.Heads, _config.HeadDim);
        if (!self && row.States is not null)
        {
            DecoderWeights.Block weights = _weights.Blocks[block];
            MemoryAttention.Attend<T>(q, row.States, row.Length, (weights.CrossK, weights.CrossV), _config.HeadDim, heads, into);
            return;
        }

        if (!self)
        {
            FewRowAttention.Attend<T>(q, row.CrossKeys(block), row.CrossValues(block), row.Length, shape, heads, null, 0, into);
            return;
        }

        byte* keys = row.Keys(block), values = row.Values(block);
        nint place = (nint)row.Position * inner;
        for (int i = heads.Start.Value * _config.HeadDim; i < heads.End.Value * _config.HeadDim; i++)
        {
            T.StoreOne(keys + ((place + i) * T.Size), q[inner + i]);
            T.StoreOne(values + ((place + i) * T.Size), q[(2 * inner) + i]);
        }

        FewRowAttention.Attend<T>(q, keys, values, row.Position + 1, shape, heads, _bias.For(row.Position), _bias.Stride, into);
    }

    private void Embed(int token, float* to)
    {
        FewRowMatrix table = _weights.Embeddings;
        byte* from = table.Start + ((nint)token * table.Inputs * (table.IsHalf ? HalfLanes.Size : SingleLanes.Size));
        for (int i = 0; i < table.Inputs; i++)
        {
            to[i] = table.IsHalf ? HalfLanes.LoadOne(from + (i * HalfLanes.Size)) : SingleLanes.LoadOne(from + (i * SingleLanes.Size));
        }
    }

    private void Reserve()
    {
        int d = _config.Dim, inner = _config.InnerDim, ff = _config.FeedForwardDim, perRow = (2 * d) + (4 * inner) + (2 * ff);
        if (_memory is null || _memory.numel() < (long)_count * perRow)
        {
            _memory?.Dispose();
            _memory = empty((long)_count * perRow).DetachFromDisposeScope();
        }

        _x = (float*)TensorLanes.Start(_memory);
        _normed = _x + ((nint)_count * d);
        _qkv = _normed + ((nint)_count * d);
        _heads = _qkv + ((nint)_count * 3 * inner);
        _gate = _heads + ((nint)_count * inner);
        _up = _gate + ((nint)_count * ff);
    }
}
