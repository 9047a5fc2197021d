namespace Spot.Tuning;

/// <summary>AdamW (Loshchilov and Hutter 2019) for one parameter, as PyTorch computes it: weight decay is multiplied by the learning rate.</summary>
/// <param name="options">The options, already checked.</param>
/// <param name="size">The parameter's numbers.</param>
internal sealed class AdamW(AdamWOptions options, int size) : Optimizer
{
    private readonly float[] _first = new float[size], _second = new float[size];

    public override IReadOnlyDictionary<string, float[]> State => new Dictionary<string, float[]> { ["first"] = _first, ["second"] = _second };

    public override void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, double factor = 1)
    {
        Step++;
        double rate = options.LearningRate * factor * (options.ScaleParameter ? ParameterSize.Of(parameter) : 1);
        double firstCorrection = 1 - Math.Pow(options.Beta1, Step);
        double secondCorrection = Math.Sqrt(1 - Math.Pow(options.Beta2, Step));
        for (int i = 0; i < parameter.Length; i++)
        {
            double g = gradient[i];
            double first = (options.Beta1 * _first[i]) + ((1 - options.Beta1) * g);
            double second = (options.Beta2 * _second[i]) + ((1 - options.Beta2) * g * g);
            _first[i] = (float)first;
            _second[i] = (float)second;
            double update = first / firstCorrection / ((Math.Sqrt(second) / secondCorrection) + options.Epsilon);
            parameter[i] = (float)((parameter[i] * (1 - (rate * options.WeightDecay))) - (rate * update));
        }
    }
}
