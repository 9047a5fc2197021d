using System.Numerics;

namespace Spot.Tuning;

/// <summary>
/// Adafactor (Shazeer and Stern 2018) for one parameter, exactly as prompt tuning uses it: the second moment is factored only when both
/// dimensions are at least 128, and weight decay is not multiplied by the learning rate.
/// </summary>
internal sealed class Adafactor
{
    private const int LeastFactoredSize = 128;
    private const double Epsilon1 = 1e-30;
    private const double Epsilon2 = 1e-3;
    private readonly AdafactorOptions _options;
    private readonly int _rows, _columns;
    private readonly double[]? _rowMoment, _columnMoment;
    private readonly float[]? _moment;
    private readonly float[]? _momentum;
    private readonly double[] _update;

    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension; 1 for a vector.</param>
    /// <param name="columns">The second dimension.</param>
    public Adafactor(AdafactorOptions options, int rows, int columns)
    {
        _options = options;
        _rows = rows;
        _columns = columns;
        _update = new double[rows * columns];
        if (rows >= LeastFactoredSize && columns >= LeastFactoredSize)
        {
            _rowMoment = new double[rows];
            _columnMoment = new double[columns];
        }
        else
        {
            _moment = new float[rows * columns];
        }

        _momentum = options.Beta1 is null ? null : new float[rows * columns];
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Applies one gradient.</summary>
    /// <param name="parameter">Changed in place.</param>
    /// <param name="gradient">The gradient.</param>
    public void Apply(Span<float> parameter, ReadOnlySpan<float> gradient)
    {
        // In double: at the published checkpoints' offset 1 - b2 is 1.5e-5.
        double newShare = Math.Pow(Step + _options.StepOffset + 1, -_options.DecayRate); // 1 - b2
        if (_moment is null)
        {
            ScaleFactored(gradient, newShare);
        }
        else
        {
            Scale(gradient, newShare);
        }

        double rate = _options.LearningRate;
        if (_options.ScaleByParameter)
        {
            rate *= Math.Max(Epsilon2, Rms<float>(parameter));
        }

        rate /= Math.Max(1.0, Rms<double>(_update) / _options.ClippingThreshold);
        for (int i = 0; i < parameter.Length; i++)
        {
            double update = _update[i] * rate;
            if (_momentum is not null)
            {
                double beta = _options.Beta1!.Value;
                update = (beta * _momentum[i]) + ((1 - beta) * update);
                _momentum[i] = (float)update;
            }

            parameter[i] = (float)(((1 - _options.WeightDecay) * parameter[i]) - update);
        }

        Step++;
    }

    private void Scale(ReadOnlySpan<float> gradient, double newShare)
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            double g = gradient[i];
            double moment = ((1 - newShare) * _moment![i]) + (newShare * ((g * g) + Epsilon1));
            _moment[i] = (float)moment;
            _update[i] = g / Math.Sqrt(moment);
        }
    }

    private void ScaleFactored(ReadOnlySpan<float> gradient, double newShare)
    {
        double[] rowMeans = new double[_rows];
        double[] columnMeans = new double[_columns];
        for (int i = 0; i < gradient.Length; i++)
        {
            double square = ((double)gradient[i] * gradient[i]) + Epsilon1;
            rowMeans[i / _columns] += square / _columns;
            columnMeans[i % _columns] += square / _rows;
        }

        Blend(_rowMoment!, rowMeans, newShare);
        Blend(_columnMoment!, columnMeans, newShare);
        double mean = _rowMoment!.Average();
        for (int i = 0; i < gradient.Length; i++)
        {
            _update[i] = gradient[i] / Math.Sqrt(_rowMoment![i / _columns] / mean * _columnMoment![i % _columns]);
        }
    }

    private static void Blend(double[] moment, double[] fresh, double newShare)
    {
        for (int i = 0; i < moment.Length; i++)
        {
            moment[i] = ((1 - newShare) * moment[i]) + (newShare * fresh[i]);
        }
    }

    private static double Rms<T>(ReadOnlySpan<T> values)
        where T : INumberBase<T>
    {
        double sum = 0;
        foreach (T item in values)
        {
            double value = double.CreateTruncating(item);
            sum += value * value;
        }

        return Math.Sqrt(sum / values.Length);
    }
}
