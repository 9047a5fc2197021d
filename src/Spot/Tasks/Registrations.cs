namespace Spot.Tasks;

/// <summary>What users add to the ready things of a kind, found by name; safe for concurrent calls.</summary>
internal sealed class Registrations<T>(string kind, Func<T, string> nameOf)
    where T : class
{
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<T> _items = [];

    /// <summary>All, in the order in which they came.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>The one of a name; null for none.</summary>
    public T? Find(string name) => _items.FirstOrDefault(item => nameOf(item) == name);

    /// <summary>Whether things could be added.</summary>
    /// <exception cref="ArgumentException">One of their names is taken, or two have the same.</exception>
    public void Check(IReadOnlyList<T> items, Func<string, bool> isReady)
    {
        HashSet<string> names = new(_items.Select(nameOf), StringComparer.Ordinal);
        if (items.Select(nameOf).FirstOrDefault(name => isReady(name) || !names.Add(name)) is { } taken)
        {
            throw new ArgumentException($"There is a {kind} '{taken}' already; give yours another name, and register it once.");
        }
    }

    /// <summary>Adds things, all or none.</summary>
    /// <exception cref="ArgumentException">One of their names is taken, or two have the same.</exception>
    public void Add(IReadOnlyList<T> items, Func<string, bool> isReady)
    {
        lock (_lock)
        {
            Check(items, isReady);
            _items = [.. _items, .. items];
        }
    }
}
