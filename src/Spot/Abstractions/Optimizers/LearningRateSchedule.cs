namespace Spot;

/// <summary>How the learning rate changes over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>It does not after the linear warm-up: the papers' choice for prompts, without warm-up.</summary>
    Constant,

    /// <summary>After the linear warm-up linearly to 0 at the last step.</summary>
    Linear,

    /// <summary>After the linear warm-up along half a cosine to 0 at the last step.</summary>
    Cosine,

    /// <summary>Full during warm-up (no rise), then with √(warm-up / step): how T5 was pretrained.</summary>
    InverseSquareRoot,

    /// <summary>
    /// After the linear warm-up full until the last <see cref="TrainingOptions.DecaySteps"/>, and over those linearly to 0 (warm-up, stable, decay: Hu et al.
    /// 2024). A run with a folder may be given other <see cref="TrainingOptions.Steps"/> as long as its decay has not begun.
    /// </summary>
    WarmupStableDecay,
}
