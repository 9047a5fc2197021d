using System.Text.Json;
using System.Text.Json.Serialization;
using Spot.Samples.TransferStudy;
using Spot.Studies;
using Spot.Tests;

namespace Spot.Plots.Tests;

/// <summary>What the sample's studies leave for a sweep.</summary>
public class SweepFileTests
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Fact]
    public void A_sweep_reads_what_a_study_left()
    {
        using TempFolder folder = new();
        StudyResult result = Studies.Make(4, 3, test: true, holes: true);
        result = result with { SourceMixtures = new Dictionary<string, IReadOnlyList<string>> { [result.Sources[3]] = ["a", "b"] } };
        SweepFile.Write(folder.Path, "base", 248_000_000, result);
        SweepStudy read = SweepFile.Read(folder.Path);
        Assert.Equal(("base", 248_000_000), (read.Name, read.Parameters));
        Assert.Equal(JsonSerializer.Serialize(result, Json), JsonSerializer.Serialize(read.Result, Json));
        Assert.Equal(result.Validation.Methods[^1].Suites[0], read.Result.Validation.Methods[^1].Suites[0] with { LeftOut = result.Validation.Methods[^1].Suites[0].LeftOut });
        Assert.NotEmpty(StudySweep.Write([read], Path.Combine(folder.Path, "sweep")));
    }

    [Fact]
    public void A_folder_without_one_says_what_to_do()
    {
        using TempFolder folder = new();
        Assert.Contains("--report-only", Assert.Throws<FileNotFoundException>(() => SweepFile.Read(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path, "result.json"), "{");
        Assert.Contains("--report-only", Assert.Throws<InvalidDataException>(() => SweepFile.Read(folder.Path)).Message, StringComparison.Ordinal);
    }
}
