namespace Spot.Tasks;

/// <summary>How a data file is read.</summary>
public sealed class DataFileOptions
{
    /// <summary>The format; null for what the file's name says.</summary>
    public DataFileFormat? Format { get; set; }

    /// <summary>CSV and TSV: whether the first line names the columns.</summary>
    public bool HasHeader { get; set; } = true;

    /// <summary>CSV and TSV: the names of the columns, instead of the header's; null without a header means <c>0</c>, <c>1</c>, …</summary>
    public IReadOnlyList<string>? Columns { get; set; }

    /// <summary>CSV and TSV: whether fields may stand in quotes; null for yes in CSV and no in TSV.</summary>
    public bool? Quoted { get; set; }

    /// <summary>The longest row that is read, in bytes of the file; a longer one is an error and is not read to its end. Not for Parquet.</summary>
    public int MaxRowLength { get; set; } = 16 * 1024 * 1024;
}
