namespace Spot.Tests;

/// <summary>Tests that change or measure the whole process (its working directory, its memory) run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
