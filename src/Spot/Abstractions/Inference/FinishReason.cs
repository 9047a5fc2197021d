namespace Spot;

/// <summary>Why a text ends.</summary>
public enum FinishReason
{
    /// <summary>The model wrote the end of sequence.</summary>
    EndOfSequence,

    /// <summary>As many tokens as were allowed are written.</summary>
    Length,

    /// <summary>A stop string came.</summary>
    StopString,
}
