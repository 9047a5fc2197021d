namespace Spot.Tasks;

/// <summary>How a data file is written. Each may also be compressed with gzip.</summary>
public enum DataFileFormat
{
    /// <summary>One JSON object a line; blank lines are skipped. <c>.jsonl</c>, <c>.ndjson</c>.</summary>
    JsonLines,

    /// <summary>One JSON array of objects. <c>.json</c>.</summary>
    JsonArray,

    /// <summary>Fields separated by commas, quoted where they hold commas, quotes or line breaks; empty lines are skipped. <c>.csv</c>.</summary>
    Csv,

    /// <summary>Fields separated by tabs, by default not quoted; empty lines are skipped. <c>.tsv</c>.</summary>
    Tsv,

    /// <summary>Apache Parquet. <c>.parquet</c>.</summary>
    Parquet,

    /// <summary>One row a line, with the single field <c>text</c>; blank lines are skipped. <c>.txt</c>.</summary>
    Text,
}
