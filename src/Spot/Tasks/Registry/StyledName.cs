namespace Spot.Tasks;

/// <summary>Names of a task's formats: in the style of SPoT's authors <c>cr</c> is <c>cr_spot</c>.</summary>
internal static class StyledName
{
    private const string Spot = "_spot";

    /// <summary>The name of a task in a style; the name itself where the task has no other format.</summary>
    /// <exception cref="ArgumentException">There is no such style.</exception>
    public static string Of(string name, TaskStyle style) => style switch
    {
        TaskStyle.Default => name,
        TaskStyle.Spot => TaskRegistry.Names.Contains(name + Spot, StringComparer.Ordinal) ? name + Spot : name,
        _ => throw new ArgumentException($"Unknown style {style}; expected one of {string.Join(", ", Enum.GetNames<TaskStyle>())}.", nameof(style)),
    };

    /// <summary>The task of which a name is another style; null for none.</summary>
    public static string? Task(string name) => name.EndsWith(Spot, StringComparison.Ordinal) ? name[..^Spot.Length] : null;
}
