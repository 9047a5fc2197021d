namespace Spot.AspNetCore;

/// <summary>Why a text ends, as a word: <c>stop</c> or <c>length</c>, as everywhere.</summary>
internal static class FinishReasons
{
    public static string Name(FinishReason reason) => reason == FinishReason.Length ? "length" : "stop";
}
