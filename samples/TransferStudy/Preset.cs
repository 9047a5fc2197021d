namespace Spot.Samples.TransferStudy;

/// <summary>How large a study is.</summary>
internal enum Preset
{
    /// <summary>Every part of a study once, in some minutes.</summary>
    Smoke,

    /// <summary>The small-model recipe with three runs a task, in an hour or more.</summary>
    Small,

    /// <summary>Tasks of which the truth is known, made for the model that is given; in some minutes.</summary>
    Planted,

    /// <summary>The paper's recipe, for published checkpoints on a GPU.</summary>
    Full,
}
