namespace Spot.Plots.Tests;

public class StudyReportTests
{
    [Fact]
    public void View()
    {
        string root = Environment.GetEnvironmentVariable("VIEW")!;
        StudyReport.Write(Studies.Make(16, 10, test: true, holes: true), Path.Combine(root, "paper"));
        StudyReport.Write(Studies.Make(2, 1, seeds: 1, runs: 1), Path.Combine(root, "tiny"));
        StudyReport.Write(Studies.Make(3, 3, runs: 1), Path.Combine(root, "small"));
        StudyReport.Write(Studies.Make(41, 26, runs: 1), Path.Combine(root, "big"));
    }
}
