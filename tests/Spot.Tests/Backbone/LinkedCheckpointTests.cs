using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Checkpoints in a hub's cache, where every file is a link, and what libtorch says of a file.</summary>
public sealed class LinkedCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LinkedCheckpointTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");

    public static TheoryData<string, bool> Checkpoints()
    {
        TheoryData<string, bool> folders = [];
        foreach (string name in new[] { "safetensors_bf16", "safetensors_sharded", "bin_zip", "bin_sharded", "bin_legacy", "bin_views" })
        {
            folders.Add(name, false);
            folders.Add(name, true);
        }

        return folders;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_bundled_model_answers_alike(bool folderIsLink)
    {
        BackboneOptions options = new() { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 };
        using T5Backbone plain = T5Backbone.Load(TestModels.SpotTiny, options), linked = T5Backbone.Load(Cached(TestModels.SpotTiny, folderIsLink), options);
        Assert.Equal(plain.Fingerprint, linked.Fingerprint);
        string[] inputs = ["topic: The bridge is long.", "review: The pace never drops."];
        Assert.Equal(
            await plain.GenerateAsync(inputs, cancellationToken: TestContext.Current.CancellationToken),
            await linked.GenerateAsync(inputs, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Every_kind_of_weights_is_the_same_to_the_bit(string name, bool folderIsLink)
    {
        string? source = GoldenData.Folders("t5").Select(root => Path.Combine(root, "storage", name)).FirstOrDefault(Directory.Exists);
        Assert.SkipWhen(source is null, $"golden/t5/storage/{name} is not in the shared folder. Set SPOT_SHARED to a folder that has it.");
        TorchRuntime.EnsureLoaded();
        using T5Weights plain = Load(source), linked = Load(Cached(source, folderIsLink));
        Assert.Equal(plain.Fingerprint, linked.Fingerprint);
        foreach ((string key, Tensor tensor) in plain.Tensors)
        {
            Assert.Equal(TestModels.Floats(tensor), TestModels.Floats(linked[key]));
        }
    }

    [Fact]
    public void What_libtorch_says_of_a_file_is_told_with_its_name_and_without_a_stack()
    {
        TorchRuntime.EnsureLoaded();
        string path = Path.Combine(_folder.Path, "model.safetensors");
        File.WriteAllBytes(path, new byte[64]);
        StoredTensor tensor = new(path, "shared.weight", SafetensorsType.F32, [100, 100], 0, (_, _) => { });
        string message = Assert.Throws<SpotException>(() => tensor.Load([], ScalarType.Float32, CPU, mayStayMapped: true)).Message;
        Assert.StartsWith($"'{path}': libtorch could not load the tensor 'shared.weight' of 40000 bytes: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static T5Weights Load(string folder) => T5Weights.Load(folder, T5Config.Load(Path.Combine(folder, "config.json")), CPU, ScalarType.Float32);

    private string Cached(string source, bool folderIsLink)
    {
        string snapshot = HubCache.Of(source, _folder.Path);
        if (!folderIsLink)
        {
            return snapshot;
        }

        // One level above the blobs: "../../blobs" read from here would lead out of the test's folder.
        string link = Path.Combine(_folder.Path, "mine");
        Directory.CreateSymbolicLink(link, snapshot);
        return link;
    }
}
