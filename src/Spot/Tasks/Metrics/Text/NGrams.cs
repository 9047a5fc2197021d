using NGram = (int First, int Second, int Third, int Fourth);

namespace Spot.Tasks;

/// <summary>The runs of n neighbouring tokens of a text and how often each occurs, n from 1 to 4.</summary>
internal sealed class NGrams
{
    /// <summary>The longest run that can be counted.</summary>
    public const int MaxOrder = 4;

    private readonly Dictionary<NGram, int> _counts = [];

    /// <summary>Counts the runs of a text.</summary>
    /// <param name="tokens">The ids of its tokens, none negative.</param>
    /// <param name="order">The length of a run, n.</param>
    public NGrams(ReadOnlySpan<int> tokens, int order)
    {
        Total = Math.Max(0, tokens.Length - order + 1);
        for (int i = 0; i < Total; i++)
        {
            NGram run = (tokens[i], order > 1 ? tokens[i + 1] : -1, order > 2 ? tokens[i + 2] : -1, order > 3 ? tokens[i + 3] : -1);
            _counts[run] = _counts.GetValueOrDefault(run) + 1;
        }
    }

    /// <summary>The number of runs.</summary>
    public int Total { get; }

    /// <summary>How many runs of this text are matched in others, each at most as often as it occurs in the one that has it most.</summary>
    /// <param name="others">The other texts, counted with the same order and the same ids.</param>
    public int Matches(params ReadOnlySpan<NGrams> others)
    {
        int matches = 0;
        foreach ((NGram run, int count) in _counts)
        {
            int most = 0;
            foreach (NGrams other in others)
            {
                most = Math.Max(most, other._counts.GetValueOrDefault(run));
            }

            matches += Math.Min(count, most);
        }

        return matches;
    }
}
