namespace Spot.Tasks;

/// <summary>How <see cref="DataFile.Read"/> and <see cref="DataFile.ReadAsync"/> read a file.</summary>
public sealed class DataFileOptions
{
    /// <summary>The file's format. Null: the one of its name, see <see cref="DataFile.FormatOf"/>; a <c>.json</c> file may then also hold JSON lines.</summary>
    public DataFileFormat? Format { get; set; }

    /// <summary>Whether the first line of a CSV or TSV file names its columns.</summary>
    public bool HasHeader { get; set; } = true;

    /// <summary>The names of the columns of a CSV or TSV file; they replace those of a header. Null without a header: <c>0</c>, <c>1</c>, …</summary>
    public IReadOnlyList<string>? Columns { get; set; }

    /// <summary>What separates the fields of a CSV or TSV file, an ASCII character, for example <c>;</c>. Null: a comma in CSV, a tab in TSV.</summary>
    public char? Separator { get; set; }

    /// <summary>
    /// Whether fields of a CSV or TSV file may be quoted. Null: CSV yes, TSV no. GLUE's own TSV files are not quoted: in them a quote, also a lone one at
    /// the beginning of a field, is text like any other.
    /// </summary>
    public bool? Quoted { get; set; }

    /// <summary>Most characters of a line, of a quoted row or of an object in a JSON array; a longer one is an error, found without reading it whole. Not for Parquet.</summary>
    public int MaxRowLength { get; set; } = 16 * 1024 * 1024;

    internal DataFileOptions Clone() => (DataFileOptions)MemberwiseClone();
}
