using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Brings prompt values into a tensor.</summary>
internal static class PromptTensor
{
    /// <returns>A float32 copy that joins the current dispose scope. // [length, dim]</returns>
    public static Tensor From(ReadOnlySpan<float> values, int length, int dim, Device device) =>
        tensor(values.ToArray(), [length, dim]).to(device);
}
