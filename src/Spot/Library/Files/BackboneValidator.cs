namespace Spot.Library;

/// <summary>Whether things belong to the same backbone and width.</summary>
internal static class BackboneValidator
{
    /// <exception cref="SpotException">The fingerprints differ.</exception>
    internal static void Library(string library, string found, string where)
    {
        if (library != found)
        {
            throw new SpotException(
                $"Found the backbone '{found}', expected '{library}', to which the prompt library '{where}' belongs. A prompt means " +
                "nothing to another backbone: open another library, or tune on this backbone.");
        }
    }

    /// <exception cref="SpotException">The widths differ.</exception>
    internal static void Width(int library, int found, string where)
    {
        if (library != found)
        {
            throw new SpotException(
                $"Found rows of width {found}, expected {library} as in the prompt library '{where}'. Check the backbone that the prompt was tuned on.");
        }
    }
}
