using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Plain text: one row a line.</summary>
internal static class TextRows
{
    internal static IEnumerable<DataRow> Read(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using DataStream stream = new(settings.Path, cancellationToken);
        LineReader lines = new(settings, stream);
        while (lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return new DataRow(new JsonObject { ["text"] = line }, lines.Place);
            }
        }
    }
}
