using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>How weights come into memory.</summary>
public class WeightLoadingTests
{
    [Fact]
    public void Fingerprint_does_not_depend_on_sharding_but_on_weights_and_configuration()
    {
        string single = Fingerprint(TestPaths.Golden("t5/v1_1"));
        Assert.Equal(64, single.Length);
        Assert.Equal(single, Fingerprint(TestPaths.Golden("t5/storage/safetensors_sharded")));
        Assert.NotEqual(single, Fingerprint(TestPaths.Golden("t5/storage/safetensors_bf16")));

        T5Config config = T5Config.Load(TestPaths.Golden("t5/v1_1/config.json"));
        using T5Weights scaled = T5Weights.Load(TestPaths.Golden("t5/v1_1"), config with { ScalesLogits = true }, CPU, ScalarType.Float32, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEqual(single, scaled.Fingerprint);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Misaligned_tensors_are_read_as_well(int shift)
    {
        TorchRuntime.EnsureLoaded();
        using TempFolder folder = new();
        string original = TestPaths.Golden("t5/v1_1");
        byte[] file = File.ReadAllBytes(Path.Combine(original, "model.safetensors"));
        int header = BitConverter.ToInt32(file);
        byte[] longer = [.. BitConverter.GetBytes((long)header + shift), .. file.AsSpan(8, header), .. Enumerable.Repeat((byte)' ', shift), .. file.AsSpan(8 + header)];
        File.WriteAllBytes(Path.Combine(folder.Path, "model.safetensors"), longer);
        T5Config config = T5Config.Load(Path.Combine(original, "config.json"));
        using T5Weights expected = T5Weights.Load(original, config, CPU, ScalarType.Float32, cancellationToken: TestContext.Current.CancellationToken);
        using T5Weights actual = T5Weights.Load(folder.Path, config, CPU, ScalarType.Float32, cancellationToken: TestContext.Current.CancellationToken);
        foreach ((string name, Tensor tensor) in expected.Tensors)
        {
            Assert.Equal(TestModels.Floats(tensor), TestModels.Floats(actual[name]));
        }

        Assert.Equal(expected.Fingerprint, actual.Fingerprint);
    }

    [Fact]
    public void Weights_outlive_the_file_objects_and_do_not_touch_the_file()
    {
        TorchRuntime.EnsureLoaded();
        using TempFolder folder = new();
        foreach (string name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(TestPaths.Golden("t5/v1_1"), name), Path.Combine(folder.Path, name));
        }

        string path = Path.Combine(folder.Path, "model.safetensors");
        byte[] before = File.ReadAllBytes(path);
        using (FrozenT5 model = TestModels.Load(folder.Path))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using Tensor first = model.Weights[T5Layout.Shared].sum();
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(file.ReadFloats(T5Layout.Shared).Sum(v => (double)v), first.item<float>(), 1e-2);
        }

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_second_copy_of_mapped_weights_is_not_made()
    {
        TorchRuntime.EnsureLoaded();
        T5Config config = T5Config.Load(TestPaths.Golden("t5/v1_1/config.json"));
        using T5Weights weights = T5Weights.Load(TestPaths.Golden("t5/v1_1"), config, CPU, ScalarType.Float32, cancellationToken: TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The mappings of a process can be listed on Linux only.");
        }

        Assert.Contains("t5/v1_1/model.safetensors", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static string Fingerprint(string folder)
    {
        TorchRuntime.EnsureLoaded();
        using T5Weights weights = T5Weights.Load(folder, T5Config.Load(Path.Combine(folder, "config.json")), CPU, ScalarType.Float32, cancellationToken: TestContext.Current.CancellationToken);
        return weights.Fingerprint;
    }
}
