using System.Numerics.Tensors;
using Spot.Backbone;

namespace Spot.Inference;

/// <summary>One row that writes the most likely token, or draws one, at each place.</summary>
/// <param name="plan">How.</param>
/// <param name="sample">Which of the request's samples.</param>
/// <param name="told">Told after every token; null for nobody.</param>
internal sealed class SampledText(DecodingPlan plan, int sample, Action<IReadOnlyList<int>, bool>? told) : IDecoding
{
    private readonly List<int> _ids = [];
    private readonly List<double> _logProbabilities = [];
    private int _state;

    public IReadOnlyList<int> Tokens { get; private set; } = [plan.StartId];

    public WantedScores Wanted => plan.Wanted(_state, _ids.Count);

    public IReadOnlyList<IReadOnlyList<int>> Prefixes => [_ids];

    public IReadOnlyList<WrittenTokens> Written => [new WrittenTokens(_ids, _logProbabilities)];

    public int[] Advance(Span<float> logits)
    {
        Logits.Check(logits);
        double logZ = plan.Options.LogProbabilities ? Logits.LogSumExp(logits, plan.Scratch(logits.Length)) : 0;
        float[]? own = plan.Options.LogProbabilities && plan.ChangesScores ? logits.ToArray() : null;
        plan.Allow(_state, _ids.Count, logits);
        plan.Rules.Apply(logits, _ids);
        int token = plan.Options.Temperature > 0 ? Sampler.Draw(logits, plan.Options, sample, _ids.Count) : TensorPrimitives.IndexOfMax<float>(logits);
        if (plan.Options.LogProbabilities)
        {
            _logProbabilities.Add((own is null ? logits[token] : own[token]) - logZ);
        }

        _ids.Add(token);
        Tokens = [token];
        bool done = token == plan.EosId || _ids.Count == plan.MaxTokens || plan.Stops(_ids);
        told?.Invoke(_ids, done);
        _state = done ? _state : plan.StateBehind(_state, token);
        return done ? [] : [0];
    }
}
