using Spot.Library;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>A study that compares its prompts by the neurons they activate, beside the cosines.</summary>
public sealed class StudyNeuronTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Overlaps_of_keys_and_embeddings_are_in_the_result()
    {
        Inspector inspector = new();
        StudyPlan plan = Plan();
        using Study study = Study(plan, inspector);
        StudyStatus status = await study.RunAsync(cancellationToken: Cancel);
        Assert.Equal(status.Total, status.Done);
        Assert.Equal(6 + 4, inspector.Calls); // a key for each source prompt, an embedding for each run on a target
        StudyResult result = await study.ResultAsync(Cancel);
        Assert.Equal(0, result.Missing);
        StudySimilarity found = result.Similarities[1];
        Assert.Equal(PromptSimilarity.ActivatedNeurons, found.Similarity);
        Assert.Equal(result.Similarities[0].Tasks, found.Tasks);

        ActivatedNeurons[] keys = [.. await Task.WhenAll(
            new[] { "source_0-0", "source_0-1", "source_1-0", "source_1-1", "source_2-0", "source_2-1" }.Select(id => NeuronsAsync("library", id)))];
        ActivatedNeurons[] targets = [.. await Task.WhenAll(new[] { "target_0-0", "target_0-5", "target_1-0", "target_1-5" }.Select(id => NeuronsAsync("embeddings", id)))];
        for (int prompt = 0; prompt < 6; prompt++)
        {
            for (int run = 0; run < 4; run++)
            {
                Assert.Equal(keys[prompt].Overlap(targets[run]), found.ToTargets[prompt][run / 2][run % 2], 1e-12);
            }

            Assert.Equal((keys[prompt].Overlap(targets[0]) + keys[prompt].Overlap(targets[1])) / 2, found.Means[prompt][0], 1e-12);
        }

        double pairs = (keys[0].Overlap(keys[2]) + keys[0].Overlap(keys[3]) + keys[1].Overlap(keys[2]) + keys[1].Overlap(keys[3])) / 4;
        Assert.Equal(pairs, found.TaskMatrix[0][1], 1e-12);
        Assert.Equal((2 + (2 * keys[0].Overlap(keys[1]))) / 4, found.TaskMatrix[0][0], 1e-12);
        Assert.Equal(keys[5].Overlap(targets[2]) + keys[5].Overlap(targets[3]) + keys[4].Overlap(targets[2]) + keys[4].Overlap(targets[3]), 4 * found.TaskMatrix[2][4], 1e-12);

        Assert.Equal(3, result.Validation.Correlations.Count(row => row.Similarity == PromptSimilarity.ActivatedNeurons)); // two targets and all
        Assert.All(result.Validation.Correlations, row => Assert.True(double.IsFinite(row.Pearson)));
        StudyStrategy[] byNeurons = [.. result.Validation.Table.Where(row => row.Similarity == PromptSimilarity.ActivatedNeurons).Select(row => row.Strategy).Distinct()];
        Assert.Equal([StudyStrategy.BestOfTopK, StudyStrategy.Racing], byNeurons.Order()); // no run is chosen by them

        async Task<ActivatedNeurons> NeuronsAsync(string folder, string id)
        {
            PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, folder));
            return Inspector.Of((await library.GetAsync(id, Cancel))!.Embedding!.Prompt);
        }
    }

    [Fact]
    public async Task Neurons_can_be_added_to_a_study_that_is_done()
    {
        StudyPlan plan = Plan();
        plan.Similarities = [PromptSimilarity.AverageDisplacement];
        using (Study first = Study(plan, null))
        {
            await first.RunAsync(cancellationToken: Cancel);
        }

        plan.Similarities = [PromptSimilarity.AverageDisplacement, PromptSimilarity.ActivatedNeurons];
        using (Study lacking = Study(plan, null))
        {
            InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => lacking.RunAsync(cancellationToken: Cancel));
            Assert.Contains(nameof(StudyTools.Inspector), error.Message, StringComparison.Ordinal);
            Assert.All((await lacking.ResultAsync(Cancel)).Similarities[1].Means, means => Assert.All(means, value => Assert.True(double.IsNaN(value))));
        }

        StudyFake fake = new();
        Inspector inspector = new();
        using Study study = Study(plan, inspector, fake);
        await study.RunAsync(cancellationToken: Cancel);
        Assert.Empty(fake.Calls);
        Assert.Equal(10, inspector.Calls);
        Assert.Equal(["sourceneurons.source_0.0", "targetneurons.target_1.5"], Directory.GetFiles(Path.Combine(_folder.Path, "units"))
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name is "sourceneurons.source_0.0" or "targetneurons.target_1.5").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_library_is_not_searched_by_neurons()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new PromptSearchOptions { Similarity = PromptSimilarity.ActivatedNeurons }.Validate());
        Assert.Contains("AverageToken, PerToken, AverageDisplacement, PerTokenDisplacement: of these a library has keys", error.Message, StringComparison.Ordinal);
    }

    private static StudyPlan Plan()
    {
        StudyPlan plan = StudyFake.Plan();
        plan.Similarities = [PromptSimilarity.AverageDisplacement, PromptSimilarity.ActivatedNeurons];
        return plan;
    }

    private Study Study(StudyPlan plan, IPromptInspector? inspector, StudyFake? fake = null)
    {
        fake ??= new StudyFake();
        return new Study(plan, _folder.Path, StudyFake.Backbone, fake, fake, fake, new StudyTools { Inspector = inspector });
    }

    /// <summary>Neurons that are a function of the prompt.</summary>
    private sealed class Inspector : IPromptInspector
    {
        public int Calls { get; private set; }

        public static ActivatedNeurons Of(SoftPrompt prompt) => new(
            2, [.. Enumerable.Range(1, 26).Select(i => Math.Sin((i * prompt.Values.Span[0]) + (i * i * prompt.Values.Span[1])) > 0)], prompt.BackboneFingerprint);

        public Task<ActivatedNeurons> ActivatedNeuronsAsync(SoftPrompt prompt, CancellationToken cancellationToken = default)
        {
            Calls++;
            return Task.FromResult(Of(prompt));
        }

        public Task<PromptReport> ReportAsync(SoftPrompt prompt, PromptReportOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("A study reports on no prompt.");
    }
}
