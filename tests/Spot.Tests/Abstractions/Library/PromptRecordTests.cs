using Spot.Backbone;
using Spot.Library;
using Spot.Tests.Tuning;
using Spot.Tuning;

namespace Spot.Tests.Abstractions;

public class PromptRecordTests
{
    [Fact]
    public async Task A_finished_run_tells_all_of_itself_and_the_library_keeps_it()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using TempFolder folder = new();
        using T5Backbone backbone = Toy.Backbone();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        foreach (long seed in new[] { 3, 4 })
        {
            TuningOptions options = Toy.Options(2);
            (options.Seed, options.EmbeddingStep, options.RunFolder) = (seed, 1, Path.Combine(folder.Path, $".run-{seed}"));
            PromptRecord made = PromptRecord.FromTuning(
                Toy.Task(), await new PromptTuner(backbone).TuneAsync(Toy.Task(), options, cancellationToken: token), lineage: ["parent"]);
            await library.AddAsync(made with { Info = made.Info with { License = "CC BY 4.0", Note = "first try" } }, cancellationToken: token);
        }

        Assert.Equal(["toy-3", "toy-4"], await PromptLibrary.Open(folder.Path).ListAsync(token).Select(info => info.Id).ToListAsync(token));
        PromptInfo info = (await PromptLibrary.Open(folder.Path).GetAsync("toy-4", token))!.Info;
        Assert.Equal(("toy", "subjectivity", 4L, 1, 5, backbone.Config.Dim), (info.Task, info.Family, info.Seed, info.EmbeddingStep, info.Length, info.Dim));
        Assert.Equal((backbone.Fingerprint, "spot-tiny", "CC BY 4.0", "first try"), (info.BackboneFingerprint, info.BackboneName, info.License, info.Note));
        Assert.Equal(["parent"], info.Lineage);
        Assert.Equal(["accuracy", "score"], info.Metrics.Keys.Order());
        Assert.InRange(DateTimeOffset.UtcNow - info.Created, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Equal(("2", "5", "8", "AdafactorOptions", "1"), (info.Options["Steps"], info.Options["PromptLength"], info.Options["BatchSize"], info.Options["Optimizer"], info.Options["Optimizer.LearningRate"]));
        Assert.DoesNotContain("RunFolder", info.Options.Keys); // a path of this computer, and nothing of the result
    }
}
