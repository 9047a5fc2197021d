namespace Spot.Tests;

/// <summary>A new folder that is removed with its content.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("spot-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
