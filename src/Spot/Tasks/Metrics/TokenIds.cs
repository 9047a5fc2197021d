namespace Spot.Tasks;

/// <summary>Numbers the distinct tokens of some texts 0, 1, 2, …, so that comparing two is comparing integers. Not safe for concurrent calls.</summary>
internal sealed class TokenIds
{
    private readonly Dictionary<string, int> _ids = [];

    /// <summary>The ids of a text's tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    public int[] Of(IReadOnlyList<string> tokens)
    {
        int[] ids = new int[tokens.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            if (!_ids.TryGetValue(tokens[i], out ids[i]))
            {
                ids[i] = _ids.Count;
                _ids.Add(tokens[i], ids[i]);
            }
        }

        return ids;
    }
}
