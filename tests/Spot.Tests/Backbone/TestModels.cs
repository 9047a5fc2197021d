using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Loads models and reads tensors for tests.</summary>
internal static class TestModels
{
    public static string SpotTiny => Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny");

    public static FrozenT5 Load(string folder, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        T5Config config = T5Config.Load(Path.Combine(folder, "config.json"));
        device ??= TestDevice.Device;
        return new FrozenT5(T5Weights.Load(folder, config, device, type), config, device, type);
    }

    /// <summary>The same model for the thread of the test, which may have no run on it meanwhile.</summary>
    public static FrozenT5 OnThisThread(FrozenT5 model) => new(model.Weights, model.Config, model.Device, model.Type);

    public static Tensor? Prompt(GoldenCase golden, FrozenT5 model) => golden.PromptLength == 0
        ? null
        : PromptTensor.From(golden["prompt"], golden.PromptLength, model.Config.Dim, model.Device).requires_grad_();

    /// <summary>SHA-256 over all weights as they lie in memory.</summary>
    public static string HashWeights(FrozenT5 model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor tensor) in model.Weights.Tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(MemoryMarshal.AsBytes<float>(Floats(tensor)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public static float[] Floats(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
