using Spot.Backbone;
using Spot.Tests.Tuning;
using TorchSharp;

namespace Spot.Tests.Backbone;

/// <summary>What CUDA and MPS compute: plain tensors, without the hand-written passes of the CPU.</summary>
public class PlainTensorTests
{
    private static readonly Type[] Classes =
    [
        typeof(PlainTensorTests), typeof(T5GoldenTests), typeof(SpotTinyTests), typeof(BFloat16Tests), typeof(DecodingBatchTests), typeof(PromptStackTests), typeof(PromptGradientTests),
        typeof(TrainingTraceTests), typeof(PromptTunerTests), typeof(BatchedTuningTests), typeof(ModelTunerTests), typeof(RunFolderTests), typeof(DivergenceTests),
        typeof(TaskPromptsTests), typeof(EnsembleTests), typeof(TextLikelihoodEvaluatorTests),
    ];

    [Fact]
    public async Task Outputs_tuning_model_tuning_and_resuming_pass_on_plain_tensors()
    {
        if (Environment.GetEnvironmentVariable(CpuKernels.OffVariable) != "1")
        {
            await ChildProcess.RunTestsAsync([.. Classes.SelectMany(type => (string[])["-class", type.FullName!])], CpuKernels.OffVariable, "1");
        }
    }

    [Fact]
    public void The_switch_decides()
    {
        TorchRuntime.EnsureLoaded();
        T5Config config = T5Config.Load(Path.Combine(TestModels.SpotTiny, "config.json"));
        Assert.Equal(Environment.GetEnvironmentVariable(CpuKernels.OffVariable) != "1", CpuKernels.Support(config, torch.CPU));
    }
}
