using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Decoding by kernels on the CPU, bound by reading the weights: a step is one pass over all phases of all blocks, without an operator of libtorch in it.
/// What lies between the products is float32, weights, keys and values have the model's type.
/// </summary>
internal sealed class CpuRows(FrozenT5 model) : DecodingRows
{
    // Keys and values of an input cost what 25 to 32 tokens without them cost more; beams share them.
    private const int MostRead = 8;
    private readonly bool _readsStates = MemoryAttention.Support(model.Config);
    private readonly DecoderWeights _weights = new(model.Weights, model.Config);
    private readonly DecoderBias _bias = new(model);
    private readonly DecoderPhases _phases = new(model);
    private List<CpuRow> _rows = [];

    public override int Count => _rows.Count;

    /// <summary>Whether a model can be decoded so.</summary>
    public static bool Support(FrozenT5 model) =>
        CpuKernels.Support(model.Config, model.Device) && model.Type is ScalarType.Float32 or ScalarType.BFloat16
        && model.Config.InnerDim % FewRowProducts.Tile == 0 && model.Config.VocabularySize >= FewRowProducts.Tile;

    public override void Add(Tensor states, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maxTokens)
    {
        CrossStates read = new(), projected = new();
        CrossStates[] chosen = new CrossStates[lengths.Length];
        int[] firsts = new int[lengths.Length];
        for (int row = 0; row < lengths.Length; row++)
        {
            chosen[row] = _readsStates && maxTokens[row] is > 0 and <= MostRead ? read : projected;
            firsts[row] = chosen[row].Reserve(row, lengths[row]);
        }

        read.Keep(states);
        projected.Project(model.Decoder, states);
        for (int row = 0; row < lengths.Length; row++)
        {
            _rows.Add(new CpuRow(model.Config, model.Type, chosen[row], firsts[row], lengths[row], maxTokens[row]));
        }
    }

    public override Tensor Step(ReadOnlySpan<int> tokens, ReadOnlySpan<WantedScores> wanted)
    {
        _rows.ForEach(row => row.Reserve());
        _bias.Reserve(_rows.Max(row => row.Position));
        Tensor scores = empty(Count, model.Config.VocabularySize);
        _phases.Run(_weights, _bias, _rows, tokens, wanted, scores);
        _rows.ForEach(row => row.Advance());
        return scores;
    }

    public override void Keep(ReadOnlySpan<int> rows)
    {
        List<CpuRow> old = _rows;
        HashSet<int> taken = [];
        _rows = [];
        foreach (int row in rows)
        {
            _rows.Add(taken.Add(row) ? old[row] : old[row].Copy());
        }

        for (int row = 0; row < old.Count; row++)
        {
            if (!taken.Contains(row))
            {
                old[row].Dispose();
            }
        }
    }

    public override void Dispose()
    {
        _rows.ForEach(row => row.Dispose());
        _rows = [];
        _weights.Dispose();
        _bias.Dispose();
        _phases.Dispose();
    }
}
