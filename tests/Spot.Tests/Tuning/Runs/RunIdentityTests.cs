using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Options that change a run's bits are in its identity, wherever they stand, by names that stay.</summary>
public class RunIdentityTests
{
    [Fact]
    public void Every_number_of_every_optimizer_counts()
    {
        foreach (Action<ModelTuningOptions> change in new Action<ModelTuningOptions>[]
        {
            o => ((MuonOptions)o.Optimizer).Momentum = 0.5,
            o => ((MuonOptions)o.Optimizer).Others.LearningRate = 0.5,
            o => ((MuonOptions)o.TaskPromptOptimizer).Momentum = 0.5,
            o => ((MuonOptions)o.TaskPromptOptimizer).Others.LearningRate = 0.5,
            o => ((MuonOptions)o.TaskPromptOptimizer).Others.Beta1 = 0.5,
            o => o.TaskPromptOptimizer = new AdamWOptions(),
        })
        {
            ModelTuningOptions options = Muons();
            change(options);
            Assert.NotEmpty(RunIdentity.Differences(OptionTexts.Of(Muons()), OptionTexts.Of(options)));
        }
    }

    [Fact]
    public void The_names_are_those_that_checkpoints_and_libraries_have()
    {
        SortedDictionary<string, string> texts = OptionTexts.Of(new ModelTuningOptions { Optimizer = new MuonOptions { Momentum = 0.9 } });
        Assert.Equal(
            [
                "Optimizer=MuonOptions", "Optimizer.LearningRate=0.01", "Optimizer.Momentum=0.9", "Optimizer.Others.Beta1=0.9",
                "Optimizer.Others.Beta2=0.98", "Optimizer.Others.Epsilon=1E-08", "Optimizer.Others.LearningRate=0.01", "Optimizer.Others.ScaleParameter=True",
                "Optimizer.Others.WeightDecay=0", "TaskPromptOptimizer=AdamWOptions", "TaskPromptOptimizer.Beta1=0.9", "TaskPromptOptimizer.Beta2=0.98",
                "TaskPromptOptimizer.Epsilon=1E-08", "TaskPromptOptimizer.LearningRate=0.1", "TaskPromptOptimizer.ScaleParameter=False", "TaskPromptOptimizer.WeightDecay=0",
            ],
            texts.Where(text => text.Key.Contains("Optimizer", StringComparison.Ordinal)).Select(text => $"{text.Key}={text.Value}"));
        Assert.DoesNotContain("RunFolder", texts.Keys);
        Assert.Equal(texts, OptionTexts.Of(new ModelTuningOptions { Optimizer = new MuonOptions { Momentum = 0.9 }, Label = new RunLabel(TuningRunKind.Candidate, "a", 1, 2), Precision = BackbonePrecision.BFloat16 }));
    }

    [Fact]
    public void A_checkpoint_that_names_an_optimizer_without_its_numbers_is_not_of_another_run()
    {
        SortedDictionary<string, string> found = OptionTexts.Of(Muons());
        foreach (string name in found.Keys.Where(name => name.StartsWith("TaskPromptOptimizer.Others.", StringComparison.Ordinal)).ToArray())
        {
            found.Remove(name);
        }

        found["TaskPromptOptimizer.Others"] = "Spot.AdamWOptions";
        Assert.Empty(RunIdentity.Differences(found, OptionTexts.Of(Muons())));
        found["Seed"] = "7";
        Assert.Equal(["Seed is 7 in the checkpoint and 0 in this run"], RunIdentity.Differences(found, OptionTexts.Of(Muons())));
    }

    private static ModelTuningOptions Muons() => new() { Optimizer = new MuonOptions(), TaskPromptOptimizer = new MuonOptions() };
}
