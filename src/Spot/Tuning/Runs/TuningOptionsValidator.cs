using System.Globalization;

namespace Spot.Tuning;

/// <summary>Checks tuning options, all in one place, when a run starts.</summary>
internal static class TuningOptionsValidator
{
    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public static void Check(TuningOptions options)
    {
        AtLeast(options.PromptLength, 1, nameof(options.PromptLength));
        AtLeast(options.SampledVocabularySize, 1, nameof(options.SampledVocabularySize));
        AtLeast(options.Steps, 1, nameof(options.Steps));
        AtLeast(options.BatchSize, 1, nameof(options.BatchSize));
        AtLeast(options.MicroBatchSize, 1, nameof(options.MicroBatchSize));
        AtLeast(options.MaxInputLength, 1, nameof(options.MaxInputLength));
        AtLeast(options.MaxTargetLength, 1, nameof(options.MaxTargetLength));
        AtLeast(options.EvaluateEvery, 1, nameof(options.EvaluateEvery));
        AtLeast(options.EmbeddingStep, 1, nameof(options.EmbeddingStep));
        AtLeast(options.MaxValidationExamples ?? 1, 1, nameof(options.MaxValidationExamples));
        Within(options.ZLoss, 0, double.MaxValue, nameof(options.ZLoss));
        Within(options.Dropout ?? 0, 0, 0.99, nameof(options.Dropout));
        if (options.Initialization == PromptInitialization.Text && string.IsNullOrWhiteSpace(options.InitialText))
        {
            throw new ArgumentException("Initialization is Text, but InitialText is empty; set the text whose embeddings start the prompt.");
        }

        AtLeast(options.WarmupSteps, 0, nameof(options.WarmupSteps));
        AtLeast(options.DecaySteps, 0, nameof(options.DecaySteps));
        AtLeast(options.TaskPromptLength, 0, nameof(options.TaskPromptLength));
        AtLeast(options.Patience ?? 1, 1, nameof(options.Patience));
        AtLeast(options.CheckpointEvery, 1, nameof(options.CheckpointEvery));
        Within(options.GradientClipping ?? 1, double.Epsilon, double.MaxValue, nameof(options.GradientClipping));
        if (options.RunFolder is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            throw new ArgumentException("RunFolder is blank; set the folder of the run's checkpoint and history, or null for none.");
        }

        Check(options.Optimizer, nameof(options.Optimizer));
        Check(options.TaskPromptOptimizer, nameof(options.TaskPromptOptimizer));
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

    private static void Check(OptimizerOptions optimizer, string name)
    {
        Within(optimizer.LearningRate, double.Epsilon, 1e6, $"{name}.LearningRate");
        switch (optimizer)
        {
            case AdafactorOptions adafactor:
                Within(adafactor.DecayRate, double.Epsilon, 10, $"{name}.DecayRate");
                Within(adafactor.StepOffset, 0, long.MaxValue, $"{name}.StepOffset");
                Within(adafactor.ClippingThreshold, double.Epsilon, double.MaxValue, $"{name}.ClippingThreshold");
                Within(adafactor.WeightDecay, 0, 1, $"{name}.WeightDecay");
                Within(adafactor.Beta1 ?? 0, 0, 1, $"{name}.Beta1");
                break;
            case AdamWOptions adamW:
                Within(adamW.Beta1, 0, 1 - 1e-9, $"{name}.Beta1");
                Within(adamW.Beta2, 0, 1 - 1e-9, $"{name}.Beta2");
                Within(adamW.Epsilon, double.Epsilon, 1, $"{name}.Epsilon");
                Within(adamW.WeightDecay, 0, 1, $"{name}.WeightDecay");
                break;
            case MuonOptions muon:
                Within(muon.Momentum, 0, 1 - 1e-9, $"{name}.Momentum");
                Check(muon.Others, $"{name}.Others");
                break;
        }
    }

    private static void AtLeast(int value, int least, string name)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{nameof(TuningOptions)}.{name} must be at least {least}.");
        }
    }

    private static void Within(double value, double least, double most, string name)
    {
        if (!(value >= least && value <= most))
        {
            string from = least == double.Epsilon ? "above 0" : string.Create(CultureInfo.InvariantCulture, $"at least {least}");
            string range = most == double.MaxValue ? from : string.Create(CultureInfo.InvariantCulture, $"{from} and at most {most}");
            throw new ArgumentOutOfRangeException(name, value, $"{nameof(TuningOptions)}.{name} must be {range}.");
        }
    }
}
