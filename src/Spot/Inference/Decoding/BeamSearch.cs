using Spot.Backbone;

namespace Spot.Inference;

/// <summary>
/// Beam search with the rules of Hugging Face's <c>generate</c>: of twice as many candidates as beams the first half may end, by the end of sequence, a stop
/// string or the last place. A candidate that ends in the second half is dropped, so that fewer beams than wanted may go on.
/// </summary>
internal sealed class BeamSearch(DecodingPlan plan) : IDecoding
{
    private readonly int _beams = plan.Options.Beams;
    private readonly List<Beam> _finished = []; // the best first
    private List<Beam> _running = [new Beam([], [], 0, 0)];
    private bool _canImprove = true;

    public IReadOnlyList<int> Tokens => [.. _running.Select(beam => beam.Ids.Length == 0 ? plan.StartId : beam.Ids[^1])];

    public WantedScores Wanted => WantedScores.All; // log-probabilities take all

    public IReadOnlyList<IReadOnlyList<int>> Prefixes => [.. _running.Select(beam => beam.Ids)];

    public IReadOnlyList<WrittenTokens> Written =>
        [.. _finished.Take(plan.Options.Samples).Select(beam => new WrittenTokens(beam.Ids, beam.LogProbabilities, beam.Score))];

    public int[] Advance(Span<float> logits)
    {
        List<Candidate> best = Candidates(logits);
        int length = _running[0].Ids.Length + 1;
        bool last = length == plan.MaxTokens;
        bool full = _finished.Count == _beams;
        bool[] ends = [.. best.Select(candidate => last || candidate.Token == plan.EosId || plan.Stops([.. _running[candidate.Row].Ids, candidate.Token]))];
        foreach ((_, Candidate candidate) in best.Index().Take(_beams).Where(place => ends[place.Index]))
        {
            if (_canImprove && !(full && plan.Options.EarlyStopping))
            {
                Finish(Extend(candidate) with { Score = candidate.Sum / Math.Pow(length, plan.Options.LengthPenalty) });
            }
        }

        Candidate[] next = [.. best.Where((_, place) => !ends[place]).Take(_beams)];
        full = _finished.Count == _beams;
        _canImprove &= next.Length > 0 && (!full || next[0].Sum / Math.Pow(length, plan.Options.LengthPenalty) > _finished[^1].Score);
        if (!_canImprove || (full && plan.Options.EarlyStopping))
        {
            return [];
        }

        int[] parents = [.. next.Select(candidate => candidate.Row)];
        _running = [.. next.Select(Extend)];
        return parents;
    }

    // The most likely continuations of all beams, twice as many as beams.
    private List<Candidate> Candidates(Span<float> logits)
    {
        int vocabulary = logits.Length / _running.Count;
        List<Candidate> all = [];
        foreach ((int row, Beam beam) in _running.Index())
        {
            Span<float> scores = logits.Slice(row * vocabulary, vocabulary);
            Logits.Check(scores);
            double logZ = Logits.LogSumExp(scores, plan.Scratch(vocabulary));
            float[]? own = plan.ChangesScores ? scores.ToArray() : null;
            if (!plan.Rules.None)
            {
                System.Numerics.Tensors.TensorPrimitives.Subtract(scores, (float)logZ, scores); // penalties act on log-probabilities
            }

            double shift = plan.Rules.None ? logZ : 0;
            plan.Allow(beam.State, beam.Ids.Length, scores);
            plan.Rules.Apply(scores, beam.Ids);
            foreach ((int token, float score) in Logits.Top(scores, 2 * _beams))
            {
                all.Add(new Candidate(row, token, beam.Sum + score - shift, (own is null ? score : own[token]) - logZ));
            }
        }

        return [.. all.OrderByDescending(candidate => candidate.Sum).Take(2 * _beams)];
    }

    private Beam Extend(Candidate candidate)
    {
        Beam parent = _running[candidate.Row];
        int state = candidate.Token == plan.EosId ? 0 : plan.StateBehind(parent.State, candidate.Token);
        return new Beam([.. parent.Ids, candidate.Token], [.. parent.LogProbabilities, candidate.LogProbability], candidate.Sum, state);
    }

    private void Finish(Beam beam)
    {
        int place = _finished.FindIndex(other => beam.Score > other.Score);
        _finished.Insert(place < 0 ? _finished.Count : place, beam);
        if (_finished.Count > _beams)
        {
            _finished.RemoveAt(_beams);
        }
    }

    private readonly record struct Candidate(int Row, int Token, double Sum, double LogProbability);

    private sealed record Beam(int[] Ids, double[] LogProbabilities, double Sum, int State, double Score = 0);
}
