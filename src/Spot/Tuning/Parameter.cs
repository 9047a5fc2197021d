namespace Spot.Tuning;

/// <summary>Numbers that a run trains, with their optimiser.</summary>
/// <param name="name">The name, unique in the run.</param>
/// <param name="shape">The dimensions; its optimiser sees a matrix of the last one and all before.</param>
/// <param name="values">The numbers, changed in place.</param>
/// <param name="options">The optimiser's options.</param>
/// <param name="rough">Whether the optimiser's products of matrices may be computed in bfloat16.</param>
internal sealed class Parameter(string name, long[] shape, float[] values, OptimizerOptions options, bool rough = false)
{
    public string Name => name;

    public long[] Shape => shape;

    public float[] Values => values;

    public Optimizer Optimizer { get; } = Optimizer.Create(options, values.Length / (int)shape[^1], (int)shape[^1], rough);

    /// <summary>Copies numbers and optimiser state.</summary>
    /// <returns>Goes back to the copy.</returns>
    public Action Remember()
    {
        float[] copy = [.. values];
        long step = Optimizer.Step;
        (float[] State, float[] Copy)[] states = [.. Optimizer.State.Values.Select(state => (state, (float[])state.Clone()))];
        return () =>
        {
            copy.CopyTo(values, 0);
            Optimizer.Step = step;
            Array.ForEach(states, pair => pair.Copy.CopyTo(pair.State, 0));
        };
    }
}
