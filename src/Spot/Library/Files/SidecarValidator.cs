namespace Spot.Library;

/// <summary>Whether a sidecar can be believed.</summary>
internal static class SidecarValidator
{
    /// <summary>Checks a sidecar against its name, its library and its payload's presence.</summary>
    /// <param name="folder">The library.</param>
    /// <param name="id">The id by the file's name.</param>
    /// <param name="sidecar">The file's content.</param>
    /// <param name="backbone">The library's backbone; null while it has none.</param>
    /// <param name="dim">The library's width; null while it has none.</param>
    /// <exception cref="InvalidDataException">It contradicts something.</exception>
    internal static LibraryEntry Check(LibraryFolder folder, string id, Sidecar sidecar, string? backbone, int? dim)
    {
        if (Contradiction(id, sidecar, backbone, dim) is string wrong)
        {
            throw new InvalidDataException($"{folder.PathOf(id + LibraryFolder.SidecarExtension)}: found {wrong}. Correct the file, or remove it.");
        }

        string payload = folder.PathOf(sidecar.Payload);
        return File.Exists(payload) ? new LibraryEntry(sidecar.ToInfo(), sidecar.Payload, sidecar.Sha256) : throw new InvalidDataException(
            $"{payload}: found no file, expected the numbers of record '{id}'. Restore it, or add the record again with replace.");
    }

    /// <summary>What is wrong with a sidecar by itself, as <c>what, expected what</c>; null if nothing.</summary>
    internal static string? Contradiction(string id, Sidecar sidecar, string? backbone, int? dim) =>
        sidecar.Format != LibraryFolder.Format ? $"format {sidecar.Format}, expected {LibraryFolder.Format}: use the version of Spot that wrote it"
        : sidecar.Id != id ? $"the id '{sidecar.Id}', expected '{id}' as the file is called"
        : !IsHash(sidecar.Sha256) ? $"the sha256 '{sidecar.Sha256}', expected 64 hexadecimal digits"
        : sidecar.Payload != LibraryFolder.PayloadName(id, sidecar.Sha256) ? $"the payload '{sidecar.Payload}', expected '{LibraryFolder.PayloadName(id, sidecar.Sha256)}'"
        : sidecar.Length < 1 || sidecar.Dim < 1 ? $"a prompt of {sidecar.Length} x {sidecar.Dim}, expected at least 1 x 1"
        : string.IsNullOrWhiteSpace(sidecar.Backbone) || string.IsNullOrWhiteSpace(sidecar.Task) ? "an empty backbone or task, expected both"
        : backbone is not null && sidecar.Backbone != backbone ? $"the backbone '{sidecar.Backbone}', expected the library's '{backbone}'"
        : dim is not null && sidecar.Dim != dim ? $"the width {sidecar.Dim}, expected the library's {dim}"
        : sidecar.Lineage.Contains(null!) || sidecar.Options.ContainsValue(null!) || !sidecar.Metrics.Values.All(double.IsFinite)
            ? "a lineage, options or metrics with gaps, expected texts and finite numbers"
        : sidecar.Labels?.Contains(null!) == true || sidecar.MaxInputLength < 1 || sidecar.MaxTargetLength < 1
            ? "labels with gaps or a length below 1, expected texts and lengths of at least 1"
        : sidecar.CalibrationTemperature is <= 0 or double.NaN or double.PositiveInfinity
            ? FormattableString.Invariant($"the calibrationTemperature {sidecar.CalibrationTemperature}, expected a number above 0")
        : null;

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
