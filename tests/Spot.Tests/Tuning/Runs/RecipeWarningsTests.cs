using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>What users of other tools found out after days is said at the start.</summary>
public sealed class RecipeWarningsTests : ToyTests
{
    [Fact]
    public void The_recipes_of_the_papers_are_not_unusual()
    {
        foreach (TuningOptions options in new[] { new TuningOptions(), TuningOptions.LongerTuning(), TuningOptions.SmallModel() })
        {
            Assert.Empty(RecipeWarnings.OfPrompt(options, Toy.Task(), _backbone, null));
        }

        Assert.Empty(RecipeWarnings.OfModel(new ModelTuningOptions()));
        Assert.Empty(RecipeWarnings.OfModel(new ModelTuningOptions { Optimizer = new AdamWOptions() }));
    }

    [Fact]
    public async Task Every_doubt_is_logged_and_the_run_goes_on()
    {
        foreach ((Action<TuningOptions> change, string said) in new (Action<TuningOptions>, string)[]
        {
            (o => o.Optimizer.LearningRate = 5e-3, "the learning rate 0.005 is far below what prompts need"),
            (o => o.Optimizer = new AdamWOptions(), "the learning rate 0.001 is far below what prompts need"),
            (o => o.Optimizer.LearningRate = 300, "the learning rate 300 is far above"),
            (o => (o.Initialization, o.PromptLength) = (PromptInitialization.ClassLabels, 1), "2 labels are to start a prompt of 1 rows: the last 1 are left out"),
            (o => (o.Initialization, o.InitialText, o.PromptLength) = (PromptInitialization.Text, "one two three four five six seven", 2), "but the prompt 2 rows: the text is cut"),
            (o => (o.SampledVocabularySize, o.PromptLength) = (3, 5), "5 rows start from 3 tokens: some come twice"),
            (o => o.SampledVocabularySize = 1_000_000, $"but the vocabulary has {_backbone.Config.VocabularySize} tokens"),
        })
        {
            Messages<PromptTuner> messages = new();
            TuningOptions options = Toy.Options(1);
            change(options);
            await new PromptTuner(_backbone, messages).TuneAsync(Toy.Task(), options, cancellationToken: Cancel);
            Assert.Contains(said, Assert.Single(messages.All), StringComparison.Ordinal);
            Assert.StartsWith("toy: ", messages.All[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_prompt_that_is_given_needs_no_initialisation()
    {
        SoftPrompt start = new(2, _backbone.Config.Dim, new float[2 * _backbone.Config.Dim], _backbone.Fingerprint);
        Assert.Empty(RecipeWarnings.OfPrompt(new TuningOptions { SampledVocabularySize = 3 }, Toy.Task(), _backbone, start));
        string said = Assert.Single(RecipeWarnings.OfPrompt(new TuningOptions { OverwriteWithLabelRows = true }, Toy.Task(), _backbone, start));
        Assert.Contains("the 2 labels take the place of all 2 rows", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rates_of_prompts_are_unusual_for_models()
    {
        Messages<ModelTuner> messages = new();
        ModelTuningOptions options = Toy.ModelOptions(1);
        options.Optimizer.LearningRate = 0.3;
        await new ModelTuner(_backbone, messages).TuneAsync(Toy.Task(), Path.Combine(_folder.Path, "tuned"), options, cancellationToken: Cancel);
        Assert.Contains("the learning rate 0.3 is far above what weights bear", Assert.Single(messages.All), StringComparison.Ordinal);
        options.Optimizer = new AdafactorOptions { LearningRate = 0.3, ScaleParameter = true };
        Assert.Single(RecipeWarnings.OfModel(options));
    }
}
