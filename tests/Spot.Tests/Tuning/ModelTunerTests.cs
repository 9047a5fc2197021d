using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tests.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Model tuning as its user sees it.</summary>
public sealed class ModelTunerTests : ToyTests
{
    [Fact]
    public async Task Tunes_a_copy_and_writes_a_checkpoint_that_loads_and_scores_the_same()
    {
        string before = TestModels.HashWeights(_backbone.Model);
        ModelTuningOptions options = Options(20);
        ModelTuningResult result = await new ModelTuner(_backbone).TuneAsync(Toy.Task(), Output("tuned"), options, cancellationToken: Cancel);
        Assert.Equal(before, TestModels.HashWeights(_backbone.Model));
        Assert.True(result.Losses.TakeLast(5).Average() < 0.5 * result.Losses[0], $"loss {result.Losses[0]:F2} -> {result.Losses[^1]:F2}");
        using T5Backbone tuned = T5Backbone.Load(result.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.NotEqual(_backbone.Fingerprint, tuned.Fingerprint);
        Assert.Equal(_backbone.Config, tuned.Config);
        PromptEvaluation again = await new PromptEvaluator(tuned).EvaluateAsync(null, Toy.Task(), options: options.ToEvaluationOptions(), cancellationToken: Cancel);
        Assert.Equal(result.BestScore, again.Score);
        Assert.True(again.Score > 60, $"score {again.Score}"); // half of the examples each; the bare model writes no label
    }

    [Fact]
    public async Task A_vocabulary_that_is_a_tokenizer_json_alone_is_written_too()
    {
        string folder = Directory.CreateDirectory(Output("json")).FullName;
        foreach (string file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(TestModels.SpotTiny, file), Path.Combine(folder, file));
        }

        byte[] json = TokenizerJson.Of(File.ReadAllBytes(Path.Combine(TestModels.SpotTiny, "spiece.model")), TokenizerJson.Style.Converted);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), json);
        using T5Backbone backbone = T5Backbone.Load(folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.Equal(_backbone.Fingerprint, backbone.Fingerprint);
        ModelTuningResult result = await new ModelTuner(backbone).TuneAsync(Toy.Task(), Output("tuned"), Options(1), cancellationToken: Cancel);
        Assert.Equal(json, File.ReadAllBytes(Path.Combine(result.Folder, "tokenizer.json")));
        using T5Backbone again = T5Backbone.Load(result.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.Equal(backbone.Tokenizer.VocabularySize, again.Tokenizer.VocabularySize);
    }

    [Fact]
    public async Task Passes_in_bfloat16_learn_the_same_and_a_rounded_checkpoint_is_half_the_size()
    {
        ModelTuner tuner = new(_backbone);
        ModelTuningOptions rough = Options(10);
        (rough.Precision, rough.StoredPrecision) = (BackbonePrecision.BFloat16, BackbonePrecision.BFloat16);
        ModelTuningResult one = await tuner.TuneAsync(Toy.Task(), Output("exact"), Options(10), cancellationToken: Cancel);
        ModelTuningResult two = await tuner.TuneAsync(Toy.Task(), Output("rough"), rough, cancellationToken: Cancel);
        Assert.All(one.Losses.Zip(two.Losses), pair => Assert.Equal(pair.First, pair.Second, 0.1 * one.Losses[0]));
        Assert.NotEqual(one.Losses, two.Losses);
        using T5Backbone full = T5Backbone.Load(one.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        using T5Backbone half = T5Backbone.Load(two.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.All(full.Model.Weights.Tensors, weight => Assert.True(
            GoldenData.Difference(TestModels.Floats(half.Model.Weights[weight.Key]), TestModels.Floats(weight.Value)) < 0.05, weight.Key));
        double share = (double)new FileInfo(Path.Combine(two.Folder, "model.safetensors")).Length / new FileInfo(Path.Combine(one.Folder, "model.safetensors")).Length;
        Assert.InRange(share, 0.49, 0.52);
    }

    [Fact]
    public async Task Several_tasks_are_tuned_at_once_and_reported_each()
    {
        TaskMixture both = new("both", [new MixtureTask(Toy.Task("one")), new MixtureTask(Toy.Task("two"))]);
        ModelTuningResult result = await new ModelTuner(_backbone).TuneAsync(both, Output("both"), Options(4), cancellationToken: Cancel);
        Assert.All(result.Evaluations, evaluation => Assert.Equal(["one/accuracy", "two/accuracy"], evaluation.Metrics.Keys.Order()));
        Assert.All(result.Evaluations, evaluation => Assert.Equal(evaluation.Metrics.Values.Average(), evaluation.Score, 1e-9));
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_refused_before_the_work()
    {
        Directory.CreateDirectory(Output("full"));
        File.WriteAllText(Path.Combine(Output("full"), "notes.txt"), "mine");
        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => new ModelTuner(_backbone).TuneAsync(Toy.Task(), Output("full"), Options(1_000_000), cancellationToken: Cancel));
        Assert.Contains("is not empty", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Output("full"), "notes.txt")));
    }

    // Stored in float32, so that loading in bfloat16 rounds.
    [Fact]
    public async Task A_backbone_in_bfloat16_gives_the_run_of_one_in_float32()
    {
        ModelTuningResult source = await new ModelTuner(_backbone).TuneAsync(Toy.Task(), Output("source"), Options(2), cancellationToken: Cancel);
        string[] folders = [Output("full"), Output("half")];
        List<ModelTuningResult> results = [];
        foreach ((string folder, BackbonePrecision precision) in folders.Zip([BackbonePrecision.Float32, BackbonePrecision.BFloat16]))
        {
            using T5Backbone backbone = T5Backbone.Load(source.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = precision });
            ModelTuningOptions options = Options(3);
            options.RunFolder = Output("run"); // one run: the second finds it finished
            results.Add(await new ModelTuner(backbone).TuneAsync(Toy.Task(), folder, options, cancellationToken: Cancel));
            options.RunFolder = null;
            results.Add(await new ModelTuner(backbone).TuneAsync(Toy.Task(), folder + "-again", options, cancellationToken: Cancel));
        }

        byte[] expected = File.ReadAllBytes(Path.Combine(folders[0], "model.safetensors"));
        Assert.All(results, result => Assert.Equal(results[0].Losses, result.Losses));
        Assert.All(results, result => Assert.Equal(expected, File.ReadAllBytes(Path.Combine(result.Folder, "model.safetensors"))));
    }

    [Fact]
    public async Task Weights_that_changed_since_a_backbone_in_bfloat16_was_loaded_are_refused()
    {
        ModelTuningResult one = await new ModelTuner(_backbone).TuneAsync(Toy.Task(), Output("one"), Options(1), cancellationToken: Cancel);
        ModelTuningResult two = await new ModelTuner(_backbone).TuneAsync(Toy.Task(), Output("two"), Options(2), cancellationToken: Cancel);
        using T5Backbone backbone = T5Backbone.Load(one.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.BFloat16 });
        File.Move(Path.Combine(two.Folder, "model.safetensors"), Path.Combine(one.Folder, "model.safetensors"), overwrite: true);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => new ModelTuner(backbone).TuneAsync(Toy.Task(), Output("mixed"), Options(1), cancellationToken: Cancel));
        Assert.Contains("load the backbone again", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output("mixed")));
    }

    private string Output(string name) => Path.Combine(_folder.Path, name);

    private static ModelTuningOptions Options(int steps) => Toy.ModelOptions(steps);
}
