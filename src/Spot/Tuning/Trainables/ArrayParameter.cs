namespace Spot.Tuning;

/// <summary>A few numbers in an array, a prompt.</summary>
internal sealed class ArrayParameter : Parameter
{
    private readonly Optimizer _optimizer;

    /// <param name="name">The name, unique in the run.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The numbers, changed in place.</param>
    /// <param name="options">The optimiser's options.</param>
    public ArrayParameter(string name, long[] shape, float[] values, OptimizerOptions options)
        : base(name, shape)
    {
        Values = values;
        _optimizer = OptimizerFactory.Create(options, Rows, Columns);
    }

    /// <summary>The numbers themselves.</summary>
    public float[] Values { get; }

    public override long Step
    {
        get => _optimizer.Step;
        set => _optimizer.Step = value;
    }

    /// <summary>Takes one step.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    public void Apply(ReadOnlySpan<float> gradient, double factor) => _optimizer.Apply(Values, gradient, factor);

    public override float[] Read() => (float[])Values.Clone();

    public override void Write(float[] replacement) => replacement.CopyTo(Values, 0);

    public override IReadOnlyDictionary<string, float[]> ReadState() =>
        _optimizer.State.ToDictionary(state => state.Key, state => (float[])state.Value.Clone());

    public override void WriteState(IReadOnlyDictionary<string, float[]> state)
    {
        foreach ((string key, float[] numbers) in _optimizer.State)
        {
            state[key].CopyTo(numbers, 0);
        }
    }

    /// <summary>Copies numbers and optimiser state.</summary>
    /// <returns>Goes back to the copy.</returns>
    public Action Remember()
    {
        (float[] numbers, long step, IReadOnlyDictionary<string, float[]> state) = (Read(), Step, ReadState());
        return () =>
        {
            Write(numbers);
            Step = step;
            WriteState(state);
        };
    }
}
