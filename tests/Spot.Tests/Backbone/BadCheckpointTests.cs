using System.Text.Json.Nodes;
using Spot.Backbone;

namespace Spot.Tests.Backbone;

/// <summary>Every damaged checkpoint gives one error that says what was found, what was expected, where, and what to do.</summary>
public class BadCheckpointTests
{
    [Fact]
    public void Missing_folder()
    {
        string folder = Path.Combine(Path.GetTempPath(), "no-such-model");
        Assert.Contains(folder, Assert.Throws<DirectoryNotFoundException>(() => T5Backbone.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("spiece.model")]
    public void Missing_file(string name) =>
        Fails<FileNotFoundException>(folder => File.Delete(Path.Combine(folder, name)), name);

    [Fact]
    public void Missing_vocabulary_names_both_that_will_do() =>
        Fails<FileNotFoundException>(folder => File.Delete(Path.Combine(folder, "spiece.model")), "expected spiece.model or tokenizer.json");

    [Fact]
    public void No_pickle_though_its_name_says_so() => Fails<InvalidDataException>(
        folder => File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "pytorch_model.bin")), "pytorch_model.bin", "as torch.save writes it");

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(5_000)]
    [InlineData(1_000_000)]
    public void Truncated_weights(int length) => Fails<InvalidDataException>(
        folder => File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))[..length]),
        "model.safetensors");

    [Fact]
    public void Other_model_family() => Fails<InvalidDataException>(folder => Edit(folder, config => config["model_type"] = "bert"), "'bert', expected 't5' or 'mt5'");

    [Fact]
    public void Unknown_activation() => Fails<InvalidDataException>(folder => Edit(folder, config => config["feed_forward_proj"] = "swish"), "'swish'");

    [Fact]
    public void Missing_number() => Fails<InvalidDataException>(folder => Edit(folder, config => config.Remove("d_kv")), "'d_kv' is missing");

    [Fact]
    public void Number_out_of_range() => Fails<InvalidDataException>(folder => Edit(folder, config => config["num_heads"] = -4), "'num_heads' is -4");

    [Fact]
    public void Broken_json() => Fails<InvalidDataException>(folder => File.WriteAllText(Path.Combine(folder, "config.json"), "{ \"model_type\": "), "not valid JSON");

    [Fact]
    public void Wrong_shapes_are_all_named() => Fails<InvalidDataException>(
        folder => Edit(folder, config => config["d_ff"] = 511), "DenseReluDense.wi_0.weight is [512, 256], expected [511, 256]", "and 12 more");

    [Fact]
    public void Missing_and_unexpected_tensors_are_named() => Fails<InvalidDataException>(
        folder => Edit(folder, config => { config["num_layers"] = 5; config["num_decoder_layers"] = 3; }),
        "missing encoder.block.4.layer.0.layer_norm.weight [256]");

    [Fact]
    public void Vocabulary_of_another_model() => Fails<InvalidDataException>(
        folder => File.Copy(Path.Combine(TestPaths.Golden("tokenizer"), "t5", "spiece.model"), Path.Combine(folder, "spiece.model"), overwrite: true),
        "32100 ids", "vocab_size 8128");

    [Fact]
    public void Shard_outside_the_folder() => Fails<InvalidDataException>(
        folder =>
        {
            File.Delete(Path.Combine(folder, "model.safetensors"));
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), """{"weight_map": {"shared.weight": "../elsewhere.safetensors"}}""");
        },
        "plain file name");

    [Fact]
    public void Missing_shard() => Fails<FileNotFoundException>(
        folder =>
        {
            File.Delete(Path.Combine(folder, "model.safetensors"));
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), """{"weight_map": {"shared.weight": "model-00001-of-00002.safetensors"}}""");
        },
        "model-00001-of-00002.safetensors");

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void Unknown_device(string device) =>
        Assert.Throws<ArgumentException>(() => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = device }));

    [Fact]
    public void Absent_device() => Assert.Contains(
        "CUDA", Assert.Throws<SpotException>(() => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = "cuda:99" })).Message, StringComparison.Ordinal);

    [Fact]
    public void No_native_backend()
    {
        Assert.Null(TorchRuntime.FindBackend([Path.GetTempPath()]));
        Assert.Contains("TorchSharp-cpu", TorchRuntime.NoBackend().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_systems_runtime_is_known_by_what_it_has()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has versions of symbols.");
        TorchRuntime.EnsureLoaded();
        string? line = File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.Contains("/libstdc++.so", StringComparison.Ordinal));
        Assert.SkipWhen(line is null, "No libstdc++ is loaded.");
        bool has = File.ReadAllBytes(line[line.IndexOf('/', StringComparison.Ordinal)..]).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) >= 0;
        Assert.Equal(!has, TorchRuntime.LacksVersion("libstdc++.so.6"));
        Assert.False(TorchRuntime.LacksVersion("libnothing-of-that-name.so"));
    }

    private static void Fails<TException>(Action<string> damage, params string[] expected)
        where TException : Exception
    {
        using TempFolder folder = new();
        foreach (string file in new[] { "config.json", "model.safetensors", "spiece.model" })
        {
            File.Copy(Path.Combine(TestModels.SpotTiny, file), Path.Combine(folder.Path, file));
        }

        damage(folder.Path);
        Dictionary<string, long> before = Directory.GetFiles(folder.Path).ToDictionary(path => path, path => new FileInfo(path).Length);
        TException error = Assert.Throws<TException>(() => T5Backbone.Load(folder.Path).Dispose());
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFiles(folder.Path).ToDictionary(path => path, path => new FileInfo(path).Length));
    }

    private static void Edit(string folder, Action<JsonObject> change)
    {
        string path = Path.Combine(folder, "config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }
}
