namespace Spot.Tasks;

/// <summary>
/// Tells damage of a compressed file from errors in its text: altered bytes come out as other text, and the checksum that says so is read last.
/// </summary>
internal static class GzipDamage
{
    /// <summary>The error to report instead of one that a file's text gave; null where the file is not compressed, or whole.</summary>
    /// <param name="error">The error.</param>
    /// <param name="path">The file that the text comes from; null for none.</param>
    /// <param name="cancellationToken">Checked while reading the file to its end.</param>
    public static InvalidDataException? Behind(InvalidDataException error, string? path, CancellationToken cancellationToken)
    {
        // What has such a cause already speaks of the compressed data.
        if (path is null || error.InnerException is InvalidDataException)
        {
            return null;
        }

        using Stream stream = DataStream.OpenFile(path);
        if (stream is not GzipInput)
        {
            return null;
        }

        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (stream.Read(buffer) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        catch (InvalidDataException e)
        {
            return new InvalidDataException($"'{path}': the gzip data is damaged: {e.Message}. Copy or download the file again. (Its text was read up to this: {error.Message})", e);
        }
    }
}
