namespace Spot.Tasks;

/// <summary>The format of a data file.</summary>
public enum DataFileFormat
{
    /// <summary>A JSON object on every line.</summary>
    JsonLines,

    /// <summary>One JSON array of objects.</summary>
    JsonArray,

    /// <summary>Fields between commas, quoted where need be (RFC 4180).</summary>
    Csv,

    /// <summary>Fields between tabs, never quoted unless <see cref="DataFileOptions.Quoted"/> says so: GLUE's own files.</summary>
    Tsv,

    /// <summary>Parquet, as the data hub serves GLUE and SuperGLUE.</summary>
    Parquet,

    /// <summary>Plain text: every line that is not empty is a row with the field <c>text</c>.</summary>
    Text,
}
