namespace Spot.Tests;

/// <summary>Where the tests find files: in the repository, and in a folder beside it with data that is not ours to publish.</summary>
public static class TestPaths
{
    /// <summary>What a fingerprint of a backbone looks like.</summary>
    public const string Fingerprint = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>The folder with Spot.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>A file or folder of tests/Spot.Tests/Golden.</summary>
    public static string Golden(string name) => Path.Combine(RepositoryRoot, "tests", "Spot.Tests", "Golden", name);

    /// <summary>A file or folder of the shared folder (the environment's SPOT_SHARED, else ../shared beside the repository); null where it is absent.</summary>
    public static string? Shared(string relative)
    {
        string folder = Environment.GetEnvironmentVariable("SPOT_SHARED") is { Length: > 0 } named
            ? named
            : Path.Combine(RepositoryRoot, "..", "shared");
        string path = Path.GetFullPath(Path.Combine(folder, relative));
        return Path.Exists(path) ? path : null;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Spot.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds Spot.sln; run the tests from a checkout.");
    }
}
