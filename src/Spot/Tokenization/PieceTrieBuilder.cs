namespace Spot.Tokenization;

/// <summary>Lays a trie out in a double array: breadth first, each family of children into the first gap it fits.</summary>
internal sealed class PieceTrieBuilder
{
    private const int Block = 256;
    private const int OpenBlocks = 2;
    private const int Hole = -1;
    private const int Root = -2;

    private readonly byte[]?[] _keys;
    private readonly float[] _scores;
    private readonly List<byte> _labels = [];
    private TrieNode[] _nodes = new TrieNode[64 * Block];
    private int _length;
    private int _firstOpen;

    public PieceTrieBuilder(byte[]?[] keys, float[] scores)
    {
        _keys = keys;
        _scores = scores;
    }

    public TrieNode[] Build()
    {
        int[] ids = [.. Enumerable.Range(0, _keys.Length).Where(id => _keys[id] is not null)];
        Array.Sort(ids, (a, b) => _keys[a].AsSpan().SequenceCompareTo(_keys[b]));
        AddBlock();
        _nodes[0].Parent = Root;

        // A family: the keys from First to End are those below Node, which is Depth bytes deep.
        Queue<(int Node, int First, int End, int Depth)> families = new();
        families.Enqueue((0, 0, ids.Length, 0));
        while (families.TryDequeue(out (int Node, int First, int End, int Depth) family))
        {
            int first = family.First;
            if (_keys[ids[first]]!.Length == family.Depth)
            {
                _nodes[family.Node].Id = ids[first];
                _nodes[family.Node].Score = _scores[ids[first]];
                first++;
            }

            if (first == family.End)
            {
                continue;
            }

            CollectLabels(ids.AsSpan(first, family.End - first), family.Depth);
            int children = FindGap();
            _nodes[family.Node].Children = children;
            foreach (byte label in _labels)
            {
                _nodes[children ^ label].Parent = family.Node;
                int end = first;
                while (end < family.End && _keys[ids[end]]![family.Depth] == label)
                {
                    end++;
                }

                families.Enqueue((children ^ label, first, end, family.Depth + 1));
                first = end;
            }
        }

        return _nodes[.._length];
    }

    private void CollectLabels(ReadOnlySpan<int> ids, int depth)
    {
        _labels.Clear();
        foreach (int id in ids)
        {
            byte label = _keys[id]![depth];
            if (_labels.Count == 0 || _labels[^1] != label)
            {
                _labels.Add(label);
            }
        }
    }

    // Looks through the last blocks only: older ones are nearly full, and building stays linear.
    private int FindGap()
    {
        while (_firstOpen < _length && _nodes[_firstOpen].Parent != Hole)
        {
            _firstOpen++;
        }

        for (int place = _firstOpen; place < _length; place++)
        {
            int children = place ^ _labels[0];
            if (_nodes[place].Parent == Hole && _labels.TrueForAll(label => _nodes[children ^ label].Parent == Hole))
            {
                return children;
            }
        }

        AddBlock();
        return _length - Block;
    }

    private void AddBlock()
    {
        if (_length == _nodes.Length)
        {
            Array.Resize(ref _nodes, 2 * _length);
        }

        _nodes.AsSpan(_length, Block).Fill(new TrieNode { Parent = Hole, Id = -1 });
        _length += Block;
        _firstOpen = Math.Max(_firstOpen, _length - (OpenBlocks * Block));
    }
}
