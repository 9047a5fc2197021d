namespace Spot.Samples.Pretrain.Mixture;

/// <summary>The rows of a data set, by split.</summary>
internal sealed record SplitRows(List<Labelled> Train, List<Labelled> Validation)
{
    /// <summary>Rows of which the last are for validation; nothing where there are fewer than twice as many.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="held">How many are for validation.</param>
    public static SplitRows HoldOut(IEnumerable<Labelled> rows, int held)
    {
        Labelled[] all = [.. rows];
        return all.Length >= 2 * held ? new SplitRows([.. all[..^held]], [.. all[^held..]]) : new SplitRows([], []);
    }

    /// <summary>The same rows of some classes only, with other class keys.</summary>
    /// <param name="classOf">The new key of a class; null to leave its rows out.</param>
    public SplitRows Regroup(Func<string, string?> classOf) => new(Regroup(Train, classOf), Regroup(Validation, classOf));

    /// <summary>The classes that occur in training.</summary>
    public string[] Classes => [.. Train.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static List<Labelled> Regroup(List<Labelled> rows, Func<string, string?> classOf) =>
        [.. from row in rows let key = classOf(row.Label) where key is not null select row with { Label = key }];
}
