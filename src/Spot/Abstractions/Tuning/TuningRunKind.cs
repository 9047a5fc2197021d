namespace Spot;

/// <summary>What a tuning run is for.</summary>
public enum TuningRunKind
{
    /// <summary>Tunes a prompt on a task.</summary>
    Prompt,

    /// <summary>Tunes the weights of a model.</summary>
    Model,

    /// <summary>Embeds a task: its prompt at an early step is what counts, and no score is computed.</summary>
    Embedding,

    /// <summary>Tunes a prompt that is one of several for the same task, of which the best is chosen.</summary>
    Candidate,
}
