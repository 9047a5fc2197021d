namespace Spot.AspNetCore;

/// <summary>Fields of a request that are wrong, each with what was found and what is expected.</summary>
#pragma warning disable CA1032 // Never without fields.
internal sealed class FieldException(IEnumerable<(string Field, string Problem)> problems) : Exception
#pragma warning restore CA1032
{
    public FieldException(string field, string problem)
        : this([(field, problem)])
    {
    }

    public IReadOnlyList<(string Field, string Problem)> Problems { get; } = [.. problems];

    public override string Message => string.Join(' ', Problems.Select(problem => problem.Problem));

    public static void ThrowIfAbove(int? value, int most, string field)
    {
        if (value > most)
        {
            throw new FieldException(field, $"Found {value}, expected at most {most}, which this server allows.");
        }
    }
}
