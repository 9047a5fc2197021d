namespace Spot.Benchmarks;

/// <summary>The checkout that the benchmarks run from.</summary>
internal static class Checkout
{
    /// <summary>The folder with Spot.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Spot.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds Spot.sln; run the benchmarks from a checkout.");
    }
}
