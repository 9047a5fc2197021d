using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Checkpoints that stay, as prompts of their own.</summary>
public sealed class KeptCheckpointsTests : ToyTests
{
    [Fact]
    public async Task Every_checkpoint_of_a_run_stays_as_a_prompt()
    {
        TuningOptions options = Options("kept");
        options.EmbeddingStep = 4;
        TuningResult result = await TuneAsync(options);
        Assert.Equal(["step-000004.safetensors", "step-000008.safetensors", "step-000010.safetensors"], Kept("kept"));
        Assert.Equal(result.Embedding!.Prompt.Values.ToArray(), Read("kept", 4));
        Assert.Equal(result.Final.Values.ToArray(), Read("kept", 10));
        options = Options("other");
        (options.EmbeddingStep, options.KeepCheckpoints) = (8, false);
        Assert.Equal((await TuneAsync(options)).Embedding!.Prompt.Values.ToArray(), Read("kept", 8));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "other", "checkpoints")));
    }

    [Fact]
    public async Task A_run_that_goes_on_keeps_them_too()
    {
        await TuneAsync(Options("whole"));
        TuningOptions options = Options("stopped");
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PromptTuner(_backbone).TuneAsync(
            Toy.Task(), options, progress: new Reports(report => CancelAt(report, 6, source)), cancellationToken: source.Token));
        Assert.Equal(["step-000004.safetensors"], Kept("stopped")); // what is kept does not depend on where a run was stopped
        foreach (string left in new[] { "step-000007.safetensors", "step-000008.safetensors", "step-000008.safetensors.0.tmp" })
        {
            File.WriteAllText(Path.Combine(_folder.Path, "stopped", "checkpoints", left), "of a run that was killed");
        }

        await TuneAsync(options);
        Assert.Equal(Kept("whole"), Kept("stopped"));
        Assert.All(Kept("whole"), name => Assert.Equal(Bytes("whole", name), Bytes("stopped", name)));
    }

    [Fact]
    public async Task Those_of_a_run_that_is_begun_anew_go()
    {
        await TuneAsync(Options("anew"));
        File.Delete(Path.Combine(_folder.Path, "anew", "checkpoint.safetensors"));
        TuningOptions options = Options("anew");
        (options.Steps, options.Seed) = (5, 8);
        await TuneAsync(options);
        Assert.Equal(["step-000004.safetensors", "step-000005.safetensors"], Kept("anew"));
    }

    [Fact]
    public async Task Runs_beside_each_other_keep_their_own()
    {
        SoftPrompt[] starts = [.. Enumerable.Range(0, 2).Select(i => new SoftPrompt(5, 256, NumberStream.Uniform($"start {i}", 5 * 256, 2), _backbone.Fingerprint))];
        IReadOnlyList<TuningResult> results = await new PromptTuner(_backbone).TuneManyAsync(Toy.Task(), starts, Options("many"), cancellationToken: Cancel);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(results[i].Final.Values.ToArray(), Read(Path.Combine("many", $"{i}"), 10));
        }
    }

    private TuningOptions Options(string folder)
    {
        TuningOptions options = RunFolderTests.Options("adafactor", Path.Combine(_folder.Path, folder));
        options.KeepCheckpoints = true;
        return options;
    }

    private Task<TuningResult> TuneAsync(TuningOptions options) => new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, cancellationToken: Cancel);

    private IEnumerable<string> Kept(string folder) =>
        Directory.EnumerateFiles(Path.Combine(_folder.Path, folder, "checkpoints")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(_folder.Path, folder, "checkpoints", name));

    private float[] Read(string folder, int step) => PromptFile.Read(
        Path.Combine(_folder.Path, folder, "checkpoints", $"step-{step:D6}.safetensors"), _backbone.Fingerprint, _backbone.Config.Dim).Values.ToArray();

    private static void CancelAt(TuningProgress progress, int step, CancellationTokenSource source)
    {
        if (progress.Step == step)
        {
            source.Cancel();
        }
    }
}
