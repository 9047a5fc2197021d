namespace Spot.Tokenization;

/// <summary>What a piece is for (the numbers of the file format).</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>One entry of the vocabulary; its id is its place.</summary>
internal readonly record struct VocabularyPiece(string Text, float Score, PieceKind Kind);

/// <summary>The parts of a <c>spiece.model</c> or <c>tokenizer.json</c> that T5 and mT5 need, read and checked.</summary>
/// <remarks><c>ByteIds</c> (the piece of each byte) is null without byte fallback, <c>SentinelIds</c> if the sentinels are not pieces, <c>Rules</c> where the character map stands.</remarks>
internal sealed record VocabularyModel(
    IReadOnlyList<VocabularyPiece> Pieces,
    byte[] CharacterMap,
    int PadId,
    int EosId,
    int UnknownId,
    string UnknownSurface,
    int[]? ByteIds,
    int[]? SentinelIds,
    UnicodeRules? Rules = null);
