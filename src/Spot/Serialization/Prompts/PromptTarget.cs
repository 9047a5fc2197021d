namespace Spot.Serialization;

/// <summary>Whom a prompt is read for.</summary>
/// <param name="Backbone">The fingerprint of the backbone.</param>
/// <param name="Dim">Its width.</param>
/// <param name="Options">What the caller adds.</param>
internal sealed record PromptTarget(string Backbone, int Dim, PromptFileOptions Options)
{
    public void Warn(string warning) => Options.Warning?.Invoke(warning);

    /// <summary>Makes the prompt of rows as a file has them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="SpotException">The rows are of another width.</exception>
    /// <exception cref="InvalidDataException">There are none, or a value is not finite.</exception>
    public SoftPrompt Prompt(PromptRows rows, string source)
    {
        if (rows.Columns != Dim)
        {
            throw new SpotException(
                $"'{source}' holds a prompt of {rows.Count} rows of width {rows.Columns}, expected width {Dim}, that of the backbone. " +
                "A soft prompt works only with the model that it was tuned on.");
        }

        try
        {
            return new SoftPrompt(rows.Count, Dim, rows.Values, Backbone);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{source}': {e.Message}", e);
        }
    }
}

/// <summary>Rows of numbers.</summary>
/// <param name="Count">How many.</param>
/// <param name="Columns">The width of each.</param>
/// <param name="Values">Their values, row by row.</param>
internal sealed record PromptRows(int Count, int Columns, float[] Values)
{
    /// <summary>Some of the rows.</summary>
    public PromptRows Slice(int first, int count) => new(count, Columns, Values[(first * Columns)..((first + count) * Columns)]);
}
