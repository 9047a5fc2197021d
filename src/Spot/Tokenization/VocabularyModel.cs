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

/// <summary>The parts of a <c>spiece.model</c> that T5 needs, read and checked.</summary>
internal sealed record VocabularyModel(
    IReadOnlyList<VocabularyPiece> Pieces,
    byte[] CharacterMap,
    int PadId,
    int EosId,
    int UnknownId,
    string UnknownSurface);
