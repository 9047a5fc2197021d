namespace Spot.Samples.Pretrain;

/// <summary>What the command line asks of training.</summary>
internal sealed record TrainingSettings(
    string Data, string Model, bool Fresh, string Output, string Run, int Steps, int DecaySteps, int Batch, double Rate, int PromptLength, double Minutes)
{
    /// <summary>The recipe.</summary>
    public ModelTuningOptions Recipe() => new()
    {
        Steps = Steps,
        BatchSize = Batch,
        MicroBatchSize = 64,
        Optimizer = new MuonOptions { LearningRate = Rate, Others = new AdamWOptions { LearningRate = Rate / 2, Beta2 = 0.98, WeightDecay = 0, ScaleParameter = true } },
        WarmupSteps = 50,
        LearningRateSchedule = LearningRateSchedule.WarmupStableDecay,
        DecaySteps = DecaySteps,
        GradientClipping = 1,
        Dropout = 0,
        MaxInputLength = 96,
        MaxTargetLength = 32,
        TaskPromptLength = PromptLength,
        EvaluateEvery = int.MaxValue, // at the end alone, whenever that is
        EvaluationMethod = EvaluationMethod.Ranking,
        MaxValidationExamples = 20,
        Precision = BackbonePrecision.Auto,
        StoredPrecision = BackbonePrecision.BFloat16,
        RunFolder = Run,
        CheckpointEvery = 50,
    };
}
