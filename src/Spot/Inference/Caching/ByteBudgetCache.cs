using System.Diagnostics.CodeAnalysis;

namespace Spot.Inference;

/// <summary>Keeps what was used last, within a number of bytes. For one thread at a time.</summary>
/// <param name="budget">The most bytes; what is larger by itself is not kept.</param>
/// <param name="size">The bytes of a value, always the same.</param>
/// <param name="removed">Told of every value that is no longer kept.</param>
internal sealed class ByteBudgetCache<TKey, TValue>(long budget, Func<TValue, long> size, Action<TValue> removed)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _places = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = []; // the last used first

    /// <summary>The bytes kept.</summary>
    public long Bytes { get; private set; }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_places.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value)>? place))
        {
            value = default;
            return false;
        }

        _byUse.Remove(place);
        _byUse.AddFirst(place);
        value = place.Value.Value;
        return true;
    }

    /// <summary>Keeps a value instead of an earlier one, unless it is too large.</summary>
    public void Add(TKey key, TValue value)
    {
        Remove(key);
        if (size(value) > budget)
        {
            removed(value);
            return;
        }

        _places[key] = _byUse.AddFirst((key, value));
        Bytes += size(value);
        while (Bytes > budget)
        {
            Remove(_byUse.Last!.Value.Key);
        }
    }

    public void Remove(TKey key)
    {
        if (_places.Remove(key, out LinkedListNode<(TKey Key, TValue Value)>? place))
        {
            _byUse.Remove(place);
            Bytes -= size(place.Value.Value);
            removed(place.Value.Value);
        }
    }

    public void Clear()
    {
        foreach (TKey key in _places.Keys.ToArray())
        {
            Remove(key);
        }
    }
}
