using System.Numerics;

namespace Spot;

/// <summary>Which neurons of a backbone's decoder a soft prompt activates (Su et al. 2022, <i>On Transferability of Prompt Tuning</i>, §6.1).</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class ActivatedNeurons
{
    private readonly byte[] _bits;

    /// <summary>Copies the states of neurons.</summary>
    /// <param name="layers">The decoder's layers, at least 1.</param>
    /// <param name="isActivated">One state a neuron, layer after layer, each of as many neurons.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone.</param>
    /// <exception cref="ArgumentException">The neurons cannot be divided among the layers, or the fingerprint is empty.</exception>
    public ActivatedNeurons(int layers, ReadOnlySpan<bool> isActivated, string backboneFingerprint)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(backboneFingerprint);
        if (isActivated.IsEmpty || isActivated.Length % layers != 0)
        {
            throw new ArgumentException($"Found {isActivated.Length} neurons for {layers} layers, expected as many for each, and at least one.", nameof(isActivated));
        }

        (Layers, PerLayer, BackboneFingerprint) = (layers, isActivated.Length / layers, backboneFingerprint);
        _bits = new byte[(isActivated.Length + 7) / 8];
        for (int i = 0; i < isActivated.Length; i++)
        {
            _bits[i / 8] |= (byte)(isActivated[i] ? 1 << (i % 8) : 0);
        }
    }

    /// <param name="layers">The decoder's layers.</param>
    /// <param name="perLayer">Neurons of a layer.</param>
    /// <param name="bits">As <see cref="Bits"/> gives them.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone.</param>
    internal ActivatedNeurons(int layers, int perLayer, byte[] bits, string backboneFingerprint) =>
        (Layers, PerLayer, _bits, BackboneFingerprint) = (layers, perLayer, bits, backboneFingerprint);

    /// <summary>A bit for each neuron, layer after layer, the lowest of a byte first.</summary>
    internal ReadOnlySpan<byte> Bits => _bits;

    /// <summary>The decoder's layers.</summary>
    public int Layers { get; }

    /// <summary>Neurons of a layer (d_ff).</summary>
    public int PerLayer { get; }

    /// <summary>The fingerprint of the backbone.</summary>
    public string BackboneFingerprint { get; }

    /// <summary>How many are activated.</summary>
    public int Count => _bits.Sum(bits => BitOperations.PopCount(bits));

    /// <summary>Whether a neuron is activated.</summary>
    /// <param name="layer">0 … <see cref="Layers"/> − 1.</param>
    /// <param name="neuron">0 … <see cref="PerLayer"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such neuron.</exception>
    public bool this[int layer, int neuron]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(layer);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Layers);
            ArgumentOutOfRangeException.ThrowIfNegative(neuron);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(neuron, PerLayer);
            int place = (layer * PerLayer) + neuron;
            return (_bits[place / 8] & (1 << (place % 8))) != 0;
        }
    }

    /// <summary>The overlap with another prompt's: the cosine of the two vectors of 0 and 1 over all layers.</summary>
    /// <param name="other">Neurons of the same backbone.</param>
    /// <returns>0 … 1: |both| / √(|one| · |other|); 0 where one activates none.</returns>
    /// <exception cref="SpotException">They belong to another backbone.</exception>
    public double Overlap(ActivatedNeurons other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.BackboneFingerprint != BackboneFingerprint || other.Layers != Layers || other.PerLayer != PerLayer)
        {
            throw new SpotException(
                $"Found activated neurons of two backbones, '{BackboneFingerprint}' ({Layers} x {PerLayer}) and '{other.BackboneFingerprint}' ({other.Layers} x {other.PerLayer}), " +
                "expected one: neurons of different models cannot be compared. Tune both prompts on the same backbone.");
        }

        int both = 0;
        for (int i = 0; i < _bits.Length; i++)
        {
            both += BitOperations.PopCount((uint)(_bits[i] & other._bits[i]));
        }

        return both == 0 ? 0 : both / Math.Sqrt((double)Count * other.Count);
    }
}
