using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class SharedFilesTests
{
    [Fact]
    public void Reads_every_training_file_of_the_shared_folder()
    {
        Assert.SkipWhen(TestPaths.Shared("data") is null, "There is no shared folder.");
        string[] paths = [.. Directory.GetDirectories(TestPaths.Shared("data")!).Order(StringComparer.Ordinal).SelectMany(folder => DataFile.Find(folder, "train"))];
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.All(ReaderFiles.Read(path).Take(2000), row => Assert.NotEmpty(row.Fields)));
    }
}
