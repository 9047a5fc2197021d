using Spot.Backbone;
using Spot.Tokenization;

namespace Spot.Inference;

/// <summary>How the answers to one request are decoded: checked options, and what follows from them.</summary>
/// <param name="options">Checked options of its own.</param>
/// <param name="tokenizer">For stop strings.</param>
/// <param name="startId">The decoder's start.</param>
/// <param name="maxTokens">The most tokens to write.</param>
/// <param name="allowed">The sequences that are allowed; null for all.</param>
internal sealed class DecodingPlan(GenerationOptions options, T5Tokenizer tokenizer, int startId, int maxTokens, TokenAutomaton? allowed)
{
    private float[] _scratch = [];

    public GenerationOptions Options => options;

    public T5Tokenizer Tokenizer => tokenizer;

    public int StartId => startId;

    public int EosId => tokenizer.EosId;

    public int MaxTokens => maxTokens;

    /// <summary>The most tokens that an answer can come to: fewer where the longest that is allowed is shorter.</summary>
    public int MostTokens => Math.Min(maxTokens, allowed?.Longest ?? maxTokens);

    /// <summary>The most rows that it has at once.</summary>
    public int Rows => options.Beams > 1 ? options.Beams : options.Samples;

    public ScoreRules Rules { get; } = new(options, startId, tokenizer.EosId);

    /// <summary>Whether scores are changed before a token is chosen.</summary>
    public bool ChangesScores => allowed is not null || !Rules.None;

    /// <summary>Memory for a computation on scores, until the next one.</summary>
    public Span<float> Scratch(int length)
    {
        if (_scratch.Length < length)
        {
            _scratch = new float[length];
        }

        return _scratch;
    }

    /// <summary>The scores that decide a next token: those of the tokens that may come, or the best, of which penalties can put some back.</summary>
    /// <param name="state">The state of the choice.</param>
    /// <param name="written">How many tokens were written.</param>
    public WantedScores Wanted(int state, int written)
    {
        int best = options.Temperature > 0 ? options.TopK : 1;
        return options.LogProbabilities ? WantedScores.All
            : allowed is not null ? WantedScores.Of(allowed.Next(state, maxTokens - written))
            : best == 0 || options.RepetitionPenalty < 1 ? WantedScores.All
            : WantedScores.Best(Rules.None ? best : best + written + 2); // the start and the end of sequence besides
    }

    /// <summary>Leaves the scores of what may come.</summary>
    public void Allow(int state, int written, Span<float> scores) => allowed?.Mask(state, maxTokens - written, scores);

    public int StateBehind(int state, int token) => allowed?.Step(state, token) ?? 0;

    /// <summary>Whether a stop string is in what was written.</summary>
    public bool Stops(IReadOnlyList<int> ids) => options.StopStrings.Count > 0 && StopText.Find(tokenizer.Decode(ids), options.StopStrings) >= 0;

    /// <summary>The decodings of a request, which begin with the same row.</summary>
    /// <param name="told">Told of every token of the first; null for nobody.</param>
    public IDecoding[] Begin(Action<IReadOnlyList<int>, bool>? told) => options.Beams > 1
        ? [new BeamSearch(this)]
        : [.. Enumerable.Range(0, options.Samples).Select(sample => new SampledText(this, sample, sample == 0 ? told : null))];

    /// <summary>What a caller is given of what was written.</summary>
    public GeneratedText ToText(WrittenTokens written)
    {
        string text = tokenizer.Decode(written.Ids);
        int stop = StopText.Find(text, options.StopStrings);
        FinishReason reason = stop >= 0 ? FinishReason.StopString
            : written.Ids.Count > 0 && written.Ids[^1] == EosId ? FinishReason.EndOfSequence : FinishReason.Length;
        return new GeneratedText(stop >= 0 ? text[..stop] : text, [.. written.Ids], reason)
        {
            TokenLogProbabilities = options.LogProbabilities ? [.. written.LogProbabilities] : [],
            Score = written.Score,
        };
    }
}
