namespace Spot;

/// <summary>Documents that are read while a prompt is tuned on them, so that they need not fit into memory.</summary>
/// <remarks>
/// They come in windows, each a pure function of its number and a seed: a run that goes on after a stop reads on where it was, and no place has to be kept.
/// Implementations are safe for concurrent calls.
/// </remarks>
public interface IDocumentWindows
{
    /// <summary>Which documents they are, without their text. It is part of the task's fingerprint.</summary>
    string Identity { get; }

    /// <summary>The documents of a window.</summary>
    int WindowSize { get; }

    /// <summary>Reads a window. Its documents are used one after another.</summary>
    /// <param name="number">The window, from 0; there is no last one, since the documents come again.</param>
    /// <param name="seed">Decides the order.</param>
    /// <returns>As many documents as <see cref="WindowSize"/> says.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    IReadOnlyList<string> Window(long number, long seed);
}
