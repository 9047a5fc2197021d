namespace Spot.Studies;

/// <summary>Activated neurons as a unit's file has them.</summary>
/// <param name="Layers">The decoder's layers.</param>
/// <param name="PerLayer">Neurons of a layer.</param>
/// <param name="Bits">As <see cref="ActivatedNeurons.Bits"/>.</param>
internal sealed record NeuronStates(int Layers, int PerLayer, byte[] Bits)
{
    public static NeuronStates Of(ActivatedNeurons neurons) => new(neurons.Layers, neurons.PerLayer, neurons.Bits.ToArray());

    public ActivatedNeurons Read(string backboneFingerprint) => Bits.Length == ((Layers * PerLayer) + 7) / 8
        ? new ActivatedNeurons(Layers, PerLayer, Bits, backboneFingerprint)
        : throw new InvalidDataException($"Found {Bits.Length} bytes for {Layers} x {PerLayer} neurons of a study's unit, expected a bit for each. Delete the unit to have it done again.");
}
