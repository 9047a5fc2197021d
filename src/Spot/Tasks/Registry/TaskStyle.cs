namespace Spot.Tasks;

/// <summary>In which of several formats the rows of a task are written.</summary>
public enum TaskStyle
{
    /// <summary>The format of the task's own name.</summary>
    Default,

    /// <summary>The form in the SPoT authors' own code, the format <c>NAME_spot</c>, where it is another one than the task's.</summary>
    Spot,
}
