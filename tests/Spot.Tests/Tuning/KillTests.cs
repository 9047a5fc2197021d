using System.Diagnostics;
using System.Globalization;
using System.Text;
using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>A process that is killed at random moments leaves what the next one needs to end with the same bytes.</summary>
public sealed class KillTests
{
    private const string FolderVariable = "SPOT_KILL_TEST_FOLDER", RunVariable = "SPOT_KILL_TEST_RUN";

    /// <summary>How often a run is killed; the environment's SPOT_KILLS, else few enough for every day.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("SPOT_KILLS"), CultureInfo.InvariantCulture, out int kills) ? kills : 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("prompt", "adafactor with momentum")]
    [InlineData("prompt", "adamw")]
    [InlineData("model", "adafactor")]
    [InlineData("model", "adamw")]
    public async Task A_killed_run_ends_with_the_bytes_of_an_uninterrupted_one(string kind, string optimizer)
    {
        using TempFolder folder = new();
        string whole = Path.Combine(folder.Path, "whole"), killed = Path.Combine(folder.Path, "killed"), run = $"{kind} {optimizer}";
        RandomCheckpoint.Write(Path.Combine(folder.Path, "checkpoint"));
        await RunAsync(whole, run);
        Random random = new(7);
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process child = Start(killed, run);
            int wanted = Lines(killed) + random.Next(1, 9);
            while (!child.HasExited && Lines(killed) < wanted)
            {
                await Task.Delay(5, Cancel);
            }

            await Task.Delay(random.Next(0, 60), Cancel);
            child.Kill(); // SIGKILL: nothing in it can react
            await child.WaitForExitAsync(Cancel);
        }

        await RunAsync(killed, run);
        foreach (string file in new[] { "checkpoint.safetensors", "result" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(killed, file)));
        }

        Assert.Empty(Directory.GetFiles(killed, "*.tmp"));
    }

    /// <summary>What the child does.</summary>
    [Fact(Explicit = true)]
    public async Task The_child_tunes_when_it_is_told_where()
    {
        string folder = ChildProcess.Variable(FolderVariable), run = ChildProcess.Variable(RunVariable);
        (string kind, string optimizer) = run.Split(' ', 2) is [var first, var rest] ? (first, rest) : default;
        int steps = 20 + (4 * Kills);
        TuningOptions ofPrompt = RunFolderTests.Options(optimizer, folder);
        ModelTuningOptions ofModel = RunFolderTests.ModelOptions(optimizer, folder, steps);
        (ofPrompt.Steps, ofPrompt.EvaluateEvery, ofPrompt.CheckpointEvery, ofPrompt.EmbeddingStep) = (steps, 9, 3, 11);
        (ofModel.EvaluateEvery, ofModel.CheckpointEvery) = (9, 3);
        await (kind == "prompt" ? TunePromptAsync(ofPrompt) : TuneModelAsync(ofModel));
    }

    private static async Task TunePromptAsync(TuningOptions options)
    {
        using T5Backbone backbone = Toy.Backbone();
        TuningResult result = await new PromptTuner(backbone).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel);
        File.WriteAllText(
            Path.Combine(options.RunFolder!, "result"),
            string.Join('\n', result.Best.Values.ToArray().Concat(result.Final.Values.ToArray()).Concat(result.Embedding!.Prompt.Values.ToArray())));
    }

    private static async Task TuneModelAsync(ModelTuningOptions options)
    {
        string folder = options.RunFolder!, output = Path.Combine(folder, "output");
        using T5Backbone backbone = T5Backbone.Load(Path.Combine(folder, "..", "checkpoint"), new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        await new ModelTuner(backbone).TuneAsync(Toy.Mixture(), output, options, cancellationToken: Cancel);
        File.Move(Path.Combine(output, "model.safetensors"), Path.Combine(folder, "result"));
        Directory.Delete(output, recursive: true);
    }

    private static async Task RunAsync(string folder, string run)
    {
        StringBuilder output = new();
        using Process child = Start(folder, run, line => output.AppendLine(line));
        await child.WaitForExitAsync(Cancel);
        Assert.True(child.ExitCode == 0, output.ToString());
    }

    private static Process Start(string folder, string run, Action<string?>? told = null) => ChildProcess.Start(
        typeof(KillTests),
        nameof(The_child_tunes_when_it_is_told_where),
        told,
        (FolderVariable, folder),
        (RunVariable, run),
        ("SPOT_KILLS", Kills.ToString(CultureInfo.InvariantCulture)));

    private static int Lines(string folder)
    {
        string path = Path.Combine(folder, "history.jsonl");
        if (!File.Exists(path))
        {
            return 0;
        }

        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(c => c == '\n');
    }
}
