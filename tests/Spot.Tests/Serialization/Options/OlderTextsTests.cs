using Spot.Serialization;

namespace Spot.Tests.Serialization;

/// <summary>Checkpoints and studies that were written before options had their present names are read as what they are.</summary>
public class OlderTextsTests
{
    // As a checkpoint of a prompt's run had them.
    private static readonly Dictionary<string, string> Run = Read(
        """
        ActivationCheckpointing=False; BatchSize=16; Decay=StableLinear; DecaySteps=7; Dropout=0; EmbeddingStep=20; EvaluateEvery=20;
        EvaluateStart=True; EvaluationMethod=Ranking; ExchangeLabelRows=True; GradientClipping=none; InitialText=none; Initialization=ClassLabels;
        LossReduction=Mean; MaxInputLength=96; MaxTargetLength=16; MaxValidationExamples=100; MicroBatchSize=16; Optimizer=AdafactorOptions;
        Optimizer.Beta1=none; Optimizer.ClippingThreshold=1; Optimizer.DecayRate=0.8; Optimizer.LearningRate=1; Optimizer.ScaleByParameter=False;
        Optimizer.StepOffset=0; Optimizer.WeightDecay=1E-05; Patience=none; PromptLength=10; SampledVocabulary=300; Seed=4; Steps=200;
        TaskPromptLength=0; TaskPromptOptimizer=AdamWOptions; TaskPromptOptimizer.Beta1=0.9; TaskPromptOptimizer.LearningRate=0.1; WarmupSteps=0;
        ZLoss=0.0001
        """);

    // As a unit's file had them: enumerations by number, nothing for null, the optimiser's apart.
    private static readonly Dictionary<string, string> Unit = Read(
        """
        backbone=abc; source task=def; source ActivationCheckpointing=False; source BatchSize=16; source Decay=4; source DecaySteps=7;
        source Dropout=0; source EmbeddingStep=20; source EvaluateEvery=20; source EvaluateStart=True; source EvaluationMethod=1;
        source ExchangeLabelRows=True; source GradientClipping=; source InitialText=; source Initialization=1; source LossReduction=0;
        source MaxInputLength=96; source MaxTargetLength=16; source MaxValidationExamples=100; source MicroBatchSize=16;
        source Optimizer=AdafactorOptions; source Patience=; source PromptLength=10; source SampledVocabulary=300; source Seed=4; source Steps=200;
        source TaskPromptLength=0; source TaskPromptOptimizer={"LearningRate":0.1}; source WarmupSteps=0; source ZLoss=0.0001;
        source optimizer Beta1=; source optimizer ClippingThreshold=1; source optimizer DecayRate=0.8; source optimizer LearningRate=1;
        source optimizer ScaleByParameter=False; source optimizer StepOffset=0; source optimizer WeightDecay=1E-05
        """);

    [Fact]
    public void A_run_reads_as_it_would_be_written()
    {
        SortedDictionary<string, string> expected = OptionTexts.Of(Options());
        Assert.Equal(expected, new SortedDictionary<string, string>(OlderTexts.OfRun(Run, expected), StringComparer.Ordinal));
        Assert.Equal(expected, new SortedDictionary<string, string>(OlderTexts.OfRun(expected, expected), StringComparer.Ordinal)); // the present ones as they are
    }

    [Fact]
    public void A_unit_of_a_study_reads_as_it_would_be_written()
    {
        SortedDictionary<string, string> expected = new(StringComparer.Ordinal) { ["backbone"] = "abc", ["source task"] = "def" };
        foreach ((string name, string value) in OptionTexts.Of(Options()))
        {
            expected["source " + name] = value;
        }

        Assert.Equal(expected, new SortedDictionary<string, string>(OlderTexts.OfStudy(Unit, expected), StringComparer.Ordinal));
        Assert.Equal(expected, new SortedDictionary<string, string>(OlderTexts.OfStudy(expected, expected), StringComparer.Ordinal));
    }

    [Fact]
    public void A_model_keeps_what_a_prompt_drops()
    {
        Dictionary<string, string> read = OlderTexts.OfRun(Run, OptionTexts.Of(new ModelTuningOptions()));
        Assert.Equal("0", read[nameof(ModelTuningOptions.TaskPromptLength)]);
        Assert.DoesNotContain(nameof(TuningOptions.PromptLength), read.Keys);
    }

    private static TuningOptions Options() => new()
    {
        PromptLength = 10,
        Initialization = PromptInitialization.ClassLabels,
        SampledVocabularySize = 300,
        OverwriteWithLabelRows = true,
        Steps = 200,
        BatchSize = 16,
        MicroBatchSize = 16,
        Optimizer = new AdafactorOptions { LearningRate = 1 },
        LearningRateSchedule = LearningRateSchedule.WarmupStableDecay,
        DecaySteps = 7,
        Dropout = 0,
        MaxInputLength = 96,
        MaxTargetLength = 16,
        EvaluateEvery = 20,
        EvaluateBeforeTraining = true,
        MaxValidationExamples = 100,
        EvaluationMethod = EvaluationMethod.Ranking,
        EmbeddingStep = 20,
        Seed = 4,
    };

    private static Dictionary<string, string> Read(string texts) =>
        texts.Split(';').Select(text => text.Trim().Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
