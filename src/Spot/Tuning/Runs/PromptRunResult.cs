using Spot.Serialization;

namespace Spot.Tuning;

/// <summary>Makes the result of a prompt's run.</summary>
internal static class PromptRunResult
{
    /// <summary>What a run gives.</summary>
    /// <param name="trainable">What was tuned.</param>
    /// <param name="state">Where it ended.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The backbone's name.</param>
    public static TuningResult Of(PromptTrainable trainable, RunState state, string task, TuningOptions options, string backbone) => new()
    {
        Best = trainable.Prompt(state.Best is { } best ? best[0] : trainable.Values),
        BestScore = state.Best is null ? double.NaN : state.BestEvaluation.Score,
        BestStep = state.Best is null ? state.Step : state.BestEvaluation.Step,
        Final = trainable.Prompt(trainable.Values),
        Embedding = state.Early is null ? null : new TaskEmbedding(task, trainable.Prompt(state.Early[0]), options.EmbeddingStep) { Start = trainable.Start },
        Evaluations = state.Evaluations,
        Losses = state.Losses,
        Seed = options.Seed,
        Options = OptionTexts.Of(options),
        BackboneName = backbone,
    };

    /// <summary>What a run gave that diverged, for the error and with it; where nothing was evaluated the last good prompt counts as the best.</summary>
    public static TuningResult Of(TuningDivergedException divergence, PromptTrainable trainable, RunState state, string task, TuningOptions options, string backbone) =>
        divergence.Result = Of(trainable, state, task, options, backbone) with { Divergence = divergence };
}
