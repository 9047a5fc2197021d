using System.Text.Json;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Runs whose numbers become infinite stop with what was good before.</summary>
public sealed class DivergenceTests : ToyTests
{
    [Fact]
    public async Task A_loss_that_is_not_finite_stops_the_run_before_the_update()
    {
        TuningOptions options = Options();
        options.ZLoss = 1e300;
        Messages<PromptTuner> messages = new();
        TuningDivergedException error = await Assert.ThrowsAsync<TuningDivergedException>(
            () => new PromptTuner(_backbone, messages).TuneAsync(Toy.Task(), options, cancellationToken: Cancel));
        Assert.Contains("diverged at step 1: loss ", error.Message, StringComparison.Ordinal);
        Assert.Contains("gradient of prompt row ", error.Message, StringComparison.Ordinal);
        Assert.Contains(error.Batch[0].Input, error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 8), (error.Step, error.Batch.Count));
        Assert.Null(error.Best);
        Assert.Contains("toy diverged at step 1", Assert.Single(messages.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_overflows_is_taken_back_to_where_it_was_good()
    {
        // Grows ten thousandfold each step: the decay of AdamW is multiplied by the learning rate.
        TuningOptions options = Options();
        options.Optimizer = new AdamWOptions { LearningRate = 1e6 };
        TuningDivergedException error = await Assert.ThrowsAsync<TuningDivergedException>(
            () => new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel));
        Assert.InRange(error.Step, 3, options.Steps);
        Assert.Matches("(prompt row|gradient of prompt row) [0-9]+, column [0-9]+: (NaN|-?Infinity)", error.Message);
        Assert.NotNull(error.Best);
        Assert.Same(error, error.Result!.Divergence);
        Assert.Equal(error.Step - 1, error.Result.Losses.Count);
        Assert.Equal(error.Best.Values.ToArray(), error.Result.Best.Values.ToArray());
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_folder.Path, "checkpoint.safetensors"));
        Assert.Equal($"{error.Step - 1}", file.Metadata["step"]);
        Assert.Equal(error.LastGood!.Values.ToArray(), file.ReadFloats("value/prompt"));
        Assert.Equal(error.Best.Values.ToArray(), file.ReadFloats("best/prompt"));
        Assert.All(file.ReadFloats("optimizer/second/prompt"), value => Assert.True(float.IsFinite(value)));
        JsonElement last = JsonDocument.Parse(File.ReadLines(Path.Combine(_folder.Path, "history.jsonl")).Last()).RootElement;
        Assert.Equal((error.Step, "diverged"), (last.GetProperty("step").GetInt32(), last.GetProperty("event").GetString()));
    }

    [Fact]
    public async Task A_checkpoint_of_before_the_divergence_diverges_again_at_the_same_step()
    {
        TuningOptions options = Options();
        options.Optimizer = new AdamWOptions { LearningRate = 1e6 };
        List<TuningDivergedException> errors = [];
        for (int run = 0; run < 2; run++)
        {
            errors.Add(await Assert.ThrowsAsync<TuningDivergedException>(() => new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel)));
        }

        Assert.Equal(errors[0].Message, errors[1].Message);
        Assert.Equal(errors[0].LastGood!.Values.ToArray(), errors[1].LastGood!.Values.ToArray());
    }

    [Fact]
    public async Task A_model_that_diverges_leaves_its_best_checkpoint()
    {
        ModelTuningOptions options = Toy.ModelOptions(40);
        (options.EvaluateEvery, options.MaxValidationExamples, options.CheckpointEvery, options.RunFolder) = (1, 4, 1, _folder.Path);
        options.Optimizer = new AdamWOptions { LearningRate = 1e6 };
        string output = Path.Combine(_folder.Path, "tuned");
        TuningDivergedException error = await Assert.ThrowsAsync<TuningDivergedException>(
            () => new ModelTuner(_backbone).TuneAsync(Toy.Task(), output, options, cancellationToken: Cancel));
        Assert.Contains("The best checkpoint so far is in the output folder", error.Message, StringComparison.Ordinal);
        Assert.Null(error.LastGood);
        using T5Backbone best = T5Backbone.Load(output, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.NotEqual(_backbone.Fingerprint, best.Fingerprint);
        string checkpoint = Path.Combine(_folder.Path, "checkpoint.safetensors");
        using SafetensorsFile file = SafetensorsFile.Open(checkpoint); // the one of before, whole
        Assert.All(file.Tensors.Keys.Where(name => name.StartsWith("value/", StringComparison.Ordinal)), name => Assert.DoesNotContain(file.ReadFloats(name), value => !float.IsFinite(value)));
    }

    [Fact]
    public async Task A_learning_rate_that_is_no_rate_is_refused_with_its_range()
    {
        TuningOptions options = Options();
        options.Optimizer.LearningRate = 1e30;
        ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel));
        Assert.Contains("Optimizer.LearningRate must be above 0 and at most 1000000", error.Message, StringComparison.Ordinal);
    }

    private TuningOptions Options()
    {
        TuningOptions options = Toy.Options(40);
        (options.EvaluateEvery, options.MaxValidationExamples, options.CheckpointEvery, options.RunFolder) = (1, 4, 1, _folder.Path);
        return options;
    }
}
