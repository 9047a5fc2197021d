using System.Collections;
using Spot.Pretraining;

namespace Spot.Tests.Tuning;

/// <summary>The prompt rows of an example, which are read when it is encoded: counts how often.</summary>
internal sealed class CountedRows : IReadOnlyList<ComposedRow>
{
    private static readonly ComposedRow Row = new("river", "water");

    public int Reads { get; private set; }

    public int Count => 1;

    public ComposedRow this[int index]
    {
        get
        {
            Reads++;
            return Row;
        }
    }

    public IEnumerator<ComposedRow> GetEnumerator() => Enumerable.Repeat(Row, 1).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
