namespace Spot;

/// <summary>A token of the vocabulary beside a row of a prompt.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Piece">How the vocabulary writes it; U+2581 is the start of a word.</param>
/// <param name="Cosine">The cosine of its embedding with the row, −1 … 1; 0 where one is zero.</param>
/// <param name="Distance">The Euclidean distance of its embedding from the row.</param>
public sealed record NearestToken(int Id, string Piece, double Cosine, double Distance);
