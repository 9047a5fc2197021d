namespace Spot.Samples.Pretrain.Mixture;

/// <summary>The rows of a data set, by split.</summary>
internal sealed record SplitRows(List<Labelled> Train, List<Labelled> Validation)
{
    /// <summary>The same rows of some classes only, with other class keys.</summary>
    /// <param name="classOf">The new key of a class; null to leave its rows out.</param>
    public SplitRows Regroup(Func<string, string?> classOf) => new(Regroup(Train, classOf), Regroup(Validation, classOf));

    /// <summary>The classes that occur in training.</summary>
    public string[] Classes => [.. Train.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static List<Labelled> Regroup(List<Labelled> rows, Func<string, string?> classOf) =>
        [.. from row in rows let key = classOf(row.Label) where key is not null select row with { Label = key }];
}
