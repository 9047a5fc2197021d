using System.Globalization;

namespace Spot.Tuning;

/// <summary>Checks tuning options, all in one place, when a run starts.</summary>
internal static class TuningOptionsValidator
{
    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public static void Check(TuningOptions options)
    {
        const string Of = nameof(TuningOptions);
        CheckShared(options, Of);
        AtLeast(options.PromptLength, 1, Of, nameof(options.PromptLength));
        AtLeast(options.SampledVocabularySize, 1, Of, nameof(options.SampledVocabularySize));
        AtLeast(options.EmbeddingStep, 1, Of, nameof(options.EmbeddingStep));
        if (options.Initialization == PromptInitialization.Text && string.IsNullOrWhiteSpace(options.InitialText))
        {
            throw new ArgumentException("Initialization is Text, but InitialText is empty; set the text whose embeddings start the prompt.");
        }

        if (options.KeepCheckpoints && options.RunFolder is null)
        {
            throw new ArgumentException("KeepCheckpoints is set, but RunFolder is not; set the folder that the checkpoints are kept in.");
        }
    }

    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public static void Check(MultitaskTuningOptions options)
    {
        const string Of = nameof(MultitaskTuningOptions);
        Check(options.Prompt);
        AtLeast(options.Ranks, 1, Of, nameof(options.Ranks));
        Check(options.TaskOptimizer, Of, nameof(options.TaskOptimizer));
    }

    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public static void Check(ModelTuningOptions options)
    {
        const string Of = nameof(ModelTuningOptions);
        CheckShared(options, Of);
        AtLeast(options.TaskPromptLength, 0, Of, nameof(options.TaskPromptLength));
        Check(options.TaskPromptOptimizer, Of, nameof(options.TaskPromptOptimizer));
        if (options.StoredPrecision is not (BackbonePrecision.Float32 or BackbonePrecision.BFloat16))
        {
            throw new ArgumentException($"{Of}.{nameof(options.StoredPrecision)} is {options.StoredPrecision}; expected Float32 or BFloat16.");
        }
    }

    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public static void Check(EvaluationOptions options)
    {
        const string Of = nameof(EvaluationOptions);
        AtLeast(options.MaxInputLength, 1, Of, nameof(options.MaxInputLength));
        AtLeast(options.MaxTargetLength, 1, Of, nameof(options.MaxTargetLength));
        if (!Enum.IsDefined(options.Method))
        {
            throw new ArgumentException($"{Of}.{nameof(options.Method)} is {options.Method}; expected one of {string.Join(", ", Enum.GetNames<EvaluationMethod>())}.");
        }
    }

    /// <exception cref="ArgumentException">A rung cannot be held; the message says which and why.</exception>
    public static void Check(IReadOnlyList<TuningRung> rungs, TuningOptions options)
    {
        for (int i = 0; i < rungs.Count; i++)
        {
            (int step, int keep) = rungs[i];
            int least = i > 0 ? rungs[i - 1].Step : options.EvaluateBeforeTraining ? -1 : 0;
            if (step <= least || step >= options.Steps || step % options.EvaluateEvery != 0 || keep < 1)
            {
                string after = least < 0 ? "" : $"after step {least} and ";
                string hint = step == 0 && !options.EvaluateBeforeTraining ? "; a rung at step 0 needs EvaluateBeforeTraining" : "";
                throw new ArgumentException(
                    $"Rung {i + 1} keeps {keep} at step {step}; it must keep at least 1, at a multiple of EvaluateEvery ({options.EvaluateEvery}) " +
                    $"{after}before the last, {options.Steps}{hint}.", nameof(rungs));
            }
        }
    }

    private static void CheckShared(TrainingOptions options, string of)
    {
        AtLeast(options.Steps, 1, of, nameof(options.Steps));
        AtLeast(options.BatchSize, 1, of, nameof(options.BatchSize));
        AtLeast(options.MicroBatchSize, 1, of, nameof(options.MicroBatchSize));
        AtLeast(options.MaxInputLength, 1, of, nameof(options.MaxInputLength));
        AtLeast(options.MaxTargetLength, 1, of, nameof(options.MaxTargetLength));
        AtLeast(options.EvaluateEvery, 1, of, nameof(options.EvaluateEvery));
        AtLeast(options.MaxValidationExamples ?? 1, 1, of, nameof(options.MaxValidationExamples));
        Within(options.ZLoss, 0, double.MaxValue, of, nameof(options.ZLoss));
        Within(options.Dropout ?? 0, 0, 0.99, of, nameof(options.Dropout));
        AtLeast(options.WarmupSteps, 0, of, nameof(options.WarmupSteps));
        AtLeast(options.DecaySteps, 0, of, nameof(options.DecaySteps));
        AtLeast(options.Patience ?? 1, 1, of, nameof(options.Patience));
        AtLeast(options.CheckpointEvery, 1, of, nameof(options.CheckpointEvery));
        Within(options.GradientClipping ?? 1, double.Epsilon, double.MaxValue, of, nameof(options.GradientClipping));
        if (options.RunFolder is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            throw new ArgumentException("RunFolder is blank; set the folder of the run's checkpoint and history, or null for none.");
        }

        Check(options.Optimizer, of, nameof(options.Optimizer));
    }

    private static void Check(OptimizerOptions optimizer, string of, string name)
    {
        Within(optimizer.LearningRate, double.Epsilon, 1e6, of, $"{name}.LearningRate");
        switch (optimizer)
        {
            case AdafactorOptions adafactor:
                Within(adafactor.DecayRate, double.Epsilon, 10, of, $"{name}.DecayRate");
                Within(adafactor.StepOffset, 0, long.MaxValue, of, $"{name}.StepOffset");
                Within(adafactor.ClippingThreshold, double.Epsilon, double.MaxValue, of, $"{name}.ClippingThreshold");
                Within(adafactor.WeightDecay, 0, 1, of, $"{name}.WeightDecay");
                Within(adafactor.Beta1 ?? 0, 0, 1, of, $"{name}.Beta1");
                break;
            case AdamWOptions adamW:
                Within(adamW.Beta1, 0, 1 - 1e-9, of, $"{name}.Beta1");
                Within(adamW.Beta2, 0, 1 - 1e-9, of, $"{name}.Beta2");
                Within(adamW.Epsilon, double.Epsilon, 1, of, $"{name}.Epsilon");
                Within(adamW.WeightDecay, 0, 1, of, $"{name}.WeightDecay");
                break;
            case MuonOptions muon:
                Within(muon.Momentum, 0, 1 - 1e-9, of, $"{name}.Momentum");
                Check(muon.Others, of, $"{name}.Others");
                break;
        }
    }

    private static void AtLeast(int value, int least, string of, string name)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{of}.{name} must be at least {least}.");
        }
    }

    private static void Within(double value, double least, double most, string of, string name)
    {
        if (!(value >= least && value <= most))
        {
            string from = least == double.Epsilon ? "above 0" : string.Create(CultureInfo.InvariantCulture, $"at least {least}");
            string range = most == double.MaxValue ? from : string.Create(CultureInfo.InvariantCulture, $"{from} and at most {most}");
            throw new ArgumentOutOfRangeException(name, value, $"{of}.{name} must be {range}.");
        }
    }
}
