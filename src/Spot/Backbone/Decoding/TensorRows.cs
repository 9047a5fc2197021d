using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Decoding by tensor operations, on every device: rows padded to the longest input, positions to the furthest row.</summary>
internal sealed class TensorRows(FrozenT5 model) : DecodingRows
{
    private const int LeastCapacity = 16;
    private readonly DecoderStack _decoder = model.Decoder;
    private readonly List<int> _positions = []; // what each row has read so far
    private readonly List<int> _lengths = []; // of its encoder states
    private Tensor[] _crossKeys = [], _crossValues = []; // per block [rows, heads, length, kv]
    private Tensor[] _keys = [], _values = []; // per block [rows, heads, capacity, kv]
    private Tensor? _mask; // [rows, 1, 1, length]

    public override int Count => _positions.Count;

    private int Capacity => _keys.Length == 0 ? 0 : (int)_keys[0].size(2);

    public override void Add(Tensor states, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maxTokens)
    {
        int rows = lengths.Length, longest = lengths.ToArray().Max(), most = maxTokens.ToArray().Max();

        Tensor used = states.narrow(1, 0, longest);
        (Tensor K, Tensor V)[] cross = [.. _decoder.Cross.Select(block => block.Project(used))];
        int length = Math.Max(Count == 0 ? 0 : _lengths.Max(), longest);
        int capacity = Math.Max(Capacity, maxTokens.Contains(0) ? Math.Max(LeastCapacity, most) : most);
        Tensor[] none = [.. cross.Select(block => zeros([rows, block.K.size(1), 0, block.K.size(3)], model.Type, model.Device))];
        Replace(ref _crossKeys, i => Joined(_crossKeys, i, cross[i].K, length));
        Replace(ref _crossValues, i => Joined(_crossValues, i, cross[i].V, length));
        Replace(ref _keys, i => Joined(_keys, i, none[i], capacity));
        Replace(ref _values, i => Joined(_values, i, none[i], capacity));
        _lengths.AddRange(lengths);
        _positions.AddRange(new int[rows]);
        MakeMask(length);
    }

    public override Tensor Step(ReadOnlySpan<int> tokens, ReadOnlySpan<WantedScores> wanted)
    {
        int furthest = _positions.Max() + 1;
        if (furthest > Capacity)
        {
            int capacity = Math.Max(furthest, 2 * Capacity);
            Replace(ref _keys, i => Padded(_keys[i], capacity));
            Replace(ref _values, i => Padded(_values[i], capacity));
        }

        Tensor bias = Bias(furthest); // [rows, heads, 1, furthest]
        Tensor places = tensor([.. _positions.Select(position => (long)position)], [Count, 1, 1, 1], device: model.Device)
            .expand(Count, model.Config.Heads, 1, model.Config.HeadDim);
        Tensor x = model.Embed(tensor([.. tokens.ToArray().Select(token => (long)token)], [Count, 1], device: model.Device)); // [rows, 1, d]
        for (int block = 0; block < _keys.Length; block++)
        {
            Tensor normed = _decoder.Norm(x, block, 0);
            (Tensor k, Tensor v) = _decoder.Self[block].Project(normed); // [rows, heads, 1, kv]
            _keys[block].scatter_(2, places, k);
            _values[block].scatter_(2, places, v);
            (Tensor K, Tensor V) read = (_keys[block].narrow(2, 0, furthest), _values[block].narrow(2, 0, furthest));
            x = x.Plus(_decoder.Self[block].ToProjected(normed, read, _decoder.ByTensors(bias), null));
            x = x.Plus(_decoder.Cross[block].ToProjected(_decoder.Norm(x, block, 1), (_crossKeys[block], _crossValues[block]), _decoder.ByTensors(_mask), null));
            x = _decoder.FeedForward(x, block, null);
        }

        for (int row = 0; row < Count; row++)
        {
            _positions[row]++;
        }

        return model.Logits(_decoder.FinalNorm(x).squeeze(1)).contiguous();
    }

    public override void Keep(ReadOnlySpan<int> rows)
    {
        int[] kept = rows.ToArray();
        int[] positions = [.. kept.Select(row => _positions[row])], lengths = [.. kept.Select(row => _lengths[row])];
        _positions.Clear();
        _positions.AddRange(positions);
        _lengths.Clear();
        _lengths.AddRange(lengths);
        if (kept.Length == 0)
        {
            Dispose();
            return;
        }

        int longest = lengths.Max();
        Tensor places = tensor([.. kept.Select(row => (long)row)], device: model.Device);
        Replace(ref _crossKeys, i => _crossKeys[i].narrow(2, 0, longest).index_select(0, places));
        Replace(ref _crossValues, i => _crossValues[i].narrow(2, 0, longest).index_select(0, places));
        Replace(ref _keys, i => _keys[i].index_select(0, places));
        Replace(ref _values, i => _values[i].index_select(0, places));
        MakeMask(longest);
    }

    public override void Dispose()
    {
        foreach (Tensor tensor in _crossKeys.Concat(_crossValues).Concat(_keys).Concat(_values))
        {
            tensor.Dispose();
        }

        _mask?.Dispose();
        _mask = null;
        _crossKeys = _crossValues = _keys = _values = [];
        _positions.Clear();
        _lengths.Clear();
    }

    // The position bias of each row's own distances, −∞ beyond its own position. [rows, heads, 1, keys]
    private Tensor Bias(int keys)
    {
        long[] buckets = new long[Count * keys];
        float[] mask = new float[Count * keys];
        for (int row = 0; row < Count; row++)
        {
            int position = _positions[row];
            for (int key = 0; key < keys; key++)
            {
                buckets[(row * keys) + key] = RelativePosition.Bucket(Math.Min(key - position, 0), bidirectional: false, model.Config.RelativeBuckets, model.Config.RelativeMaxDistance);
            }

            mask.AsSpan((row * keys) + position + 1, keys - position - 1).Fill(float.NegativeInfinity);
        }

        Tensor table = model.Weights[T5Layout.Bias("decoder")]; // [buckets, heads]
        Tensor bias = table.index_select(0, tensor(buckets, device: model.Device)).view(Count, keys, -1).transpose(1, 2).unsqueeze(2);
        return bias.Plus(tensor(mask, [Count, 1, 1, keys], device: model.Device));
    }

    private void MakeMask(int length)
    {
        float[] mask = new float[Count * length];
        for (int row = 0; row < Count; row++)
        {
            mask.AsSpan((row * length) + _lengths[row], length - _lengths[row]).Fill(float.NegativeInfinity);
        }

        _mask?.Dispose();
        _mask = tensor(mask, [Count, 1, 1, length], device: model.Device).DetachFromDisposeScope();
    }

    // What is there and what is new, both padded. [rows, heads, size, kv]
    private static Tensor Joined(Tensor[] old, int block, Tensor added, int size) =>
        old.Length == 0 ? Padded(added, size) : cat([Padded(old[block], size), Padded(added, size)], 0);

    private static Tensor Padded(Tensor x, int size) =>
        x.size(2) == size ? x : cat([x, zeros([x.size(0), x.size(1), size - x.size(2), x.size(3)], x.dtype, x.device)], 2);

    // Keys and values are transposed views where they come from a product; they are made contiguous once.
    private void Replace(ref Tensor[] all, Func<int, Tensor> change)
    {
        Tensor[] old = all;
        all = [.. Enumerable.Range(0, model.Config.DecoderLayers).Select(block => Contiguous(change(block)))];
        foreach (Tensor tensor in old)
        {
            tensor.Dispose();
        }
    }

    private static Tensor Contiguous(Tensor x) => x.contiguous().DetachFromDisposeScope();
}
