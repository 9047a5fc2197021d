namespace Spot.Tuning;

/// <summary>
/// Adafactor (Shazeer and Stern 2018) for one parameter, exactly as prompt tuning uses it: the second moment is factored only when both
/// dimensions are at least 128, and weight decay is not multiplied by the learning rate.
/// </summary>
internal sealed class Adafactor : Optimizer
{
    private const int LeastFactoredSize = 128;
    /// <summary>Added to squares, so that none is 0.</summary>
    public const double Epsilon1 = 1e-30;
    private readonly AdafactorOptions _options;
    private readonly int _columns;
    private readonly float[] _moment = [], _rowMoment = [], _columnMoment = [], _momentum = [];
    private readonly Dictionary<string, float[]> _state = [];

    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension; 1 for a vector.</param>
    /// <param name="columns">The second dimension.</param>
    public Adafactor(AdafactorOptions options, int rows, int columns)
    {
        _options = options;
        _columns = columns;
        if (IsFactored(rows, columns))
        {
            _state["rows"] = _rowMoment = new float[rows];
            _state["columns"] = _columnMoment = new float[columns];
        }
        else
        {
            _state["moment"] = _moment = new float[rows * columns];
        }

        if (options.Beta1 is not null)
        {
            _state["momentum"] = _momentum = new float[rows * columns];
        }
    }

    public override IReadOnlyDictionary<string, float[]> State => _state;

    /// <summary>Whether the second moment of a matrix is factored.</summary>
    public static bool IsFactored(int rows, int columns) => rows >= LeastFactoredSize && columns >= LeastFactoredSize;

    /// <summary>1 − β₂ of a step, in double: at the published checkpoints' offset it is 1.5e-5.</summary>
    public static double NewShare(AdafactorOptions options, long step) => Math.Pow(step + options.StepOffset + 1, -options.DecayRate);

    public override void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, double factor = 1)
    {
        double newShare = NewShare(_options, Step);
        double updateRms = _moment.Length > 0 ? Accumulate(gradient, newShare) : AccumulateFactored(gradient, newShare);
        double rate = _options.LearningRate * factor;
        if (_options.ScaleParameter)
        {
            rate *= ParameterSize.Of(parameter);
        }

        Change(parameter, gradient, rate / Math.Max(1.0, updateRms / _options.ClippingThreshold));
        Step++;
    }

    // Takes the squares of a gradient into the moment; returns the root mean square of gradient / sqrt(moment).
    private double Accumulate(ReadOnlySpan<float> gradient, double newShare)
    {
        double sum = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            double square = (double)gradient[i] * gradient[i];
            _moment[i] = (float)(((1 - newShare) * _moment[i]) + (newShare * (square + Epsilon1)));
            sum += square / _moment[i];
        }

        return Math.Sqrt(sum / gradient.Length);
    }

    private double AccumulateFactored(ReadOnlySpan<float> gradient, double newShare)
    {
        double[] columnSums = new double[_columns];
        for (int row = 0; row < _rowMoment.Length; row++)
        {
            ReadOnlySpan<float> line = gradient.Slice(row * _columns, _columns);
            double rowSum = 0;
            for (int column = 0; column < line.Length; column++)
            {
                double square = ((double)line[column] * line[column]) + Epsilon1;
                rowSum += square;
                columnSums[column] += square;
            }

            _rowMoment[row] = (float)(((1 - newShare) * _rowMoment[row]) + (newShare * rowSum / _columns));
        }

        for (int column = 0; column < columnSums.Length; column++)
        {
            _columnMoment[column] = (float)(((1 - newShare) * _columnMoment[column]) + (newShare * columnSums[column] / _rowMoment.Length));
        }

        double sum = 0;
        (double[] rowScales, double[] columnScales) = Scales();
        for (int i = 0; i < gradient.Length; i++)
        {
            double update = gradient[i] * rowScales[i / _columns] * columnScales[i % _columns];
            sum += update * update;
        }

        return Math.Sqrt(sum / gradient.Length);
    }

    private void Change(Span<float> parameter, ReadOnlySpan<float> gradient, double rate)
    {
        bool factored = _moment.Length == 0;
        (double[] rowScales, double[] columnScales) = factored ? Scales() : ([], []);
        double beta = _options.Beta1 ?? 0;
        for (int i = 0; i < parameter.Length; i++)
        {
            double scale = factored ? rowScales[i / _columns] * columnScales[i % _columns] : 1 / Math.Sqrt(_moment[i]);
            double update = rate * gradient[i] * scale;
            if (_momentum.Length > 0)
            {
                update = (beta * _momentum[i]) + ((1 - beta) * update);
                _momentum[i] = (float)update;
            }

            parameter[i] = (float)(((1 - _options.WeightDecay) * parameter[i]) - update);
        }
    }

    // 1 / sqrt(row / mean row * column), as one factor for each row and one for each column.
    private (double[] Rows, double[] Columns) Scales()
    {
        double mean = _rowMoment.Average(moment => (double)moment);
        return ([.. _rowMoment.Select(moment => 1 / Math.Sqrt(moment / mean))], [.. _columnMoment.Select(moment => 1 / Math.Sqrt(moment))]);
    }
}
