namespace Spot.Inference;

/// <summary>Writes answers.</summary>
/// <param name="input">The input.</param>
/// <param name="plan">How.</param>
/// <param name="told">Told of every token of the first answer, and whether it was the last; null for nobody.</param>
internal sealed class GenerationJob(EncoderInput input, DecodingPlan plan, Action<IReadOnlyList<int>, bool>? told) : Job<GenerationResult>(input)
{
    private IDecoding[] _decodings = [];
    private int _left;

    public override string Kind => InferenceTelemetry.Generate;

    public override int Rows => plan.Rows;

    /// <summary>How it is decoded.</summary>
    public DecodingPlan Plan => plan;

    /// <inheritdoc cref="DecodingPlan.MostTokens"/>
    public int MostTokens => plan.MostTokens;

    /// <summary>The decoder's start.</summary>
    public int StartId => plan.StartId;

    /// <summary>Its answers under way.</summary>
    public IDecoding[] Begin()
    {
        _decodings = plan.Begin(told);
        _left = _decodings.Length;
        return _decodings;
    }

    /// <summary>One of them is done.</summary>
    public void Done()
    {
        if (--_left == 0)
        {
            GeneratedText[] texts = [.. _decodings.SelectMany(decoding => decoding.Written).Select(plan.ToText)];
            InferenceTelemetry.Wrote(texts.Sum(text => text.TokenIds.Count));
            Answer(new GenerationResult(texts, Input.Ids.Length, Input.CutTokens));
        }
    }
}
