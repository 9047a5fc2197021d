using System.Diagnostics;
using System.Globalization;
using Spot.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>A process that is killed at random moments leaves what the next one needs to end with the same bytes.</summary>
public sealed class KillTests
{
    private const string FolderVariable = "SPOT_KILL_TEST_FOLDER";

    /// <summary>How often a run is killed; the environment's SPOT_KILLS, else few enough for every day.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("SPOT_KILLS"), CultureInfo.InvariantCulture, out int kills) ? kills : 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_run_ends_with_the_bytes_of_an_uninterrupted_one()
    {
        using TempFolder folder = new();
        string whole = Path.Combine(folder.Path, "whole"), killed = Path.Combine(folder.Path, "killed");
        await RunAsync(whole);
        Random random = new();
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process child = Start(killed);
            int wanted = Lines(killed) + random.Next(1, 9);
            while (!child.HasExited && Lines(killed) < wanted)
            {
                await Task.Delay(5, Cancel);
            }

            await Task.Delay(random.Next(0, 60), Cancel);
            child.Kill(); // SIGKILL: nothing in it can react
            await child.WaitForExitAsync(Cancel);
        }

        await RunAsync(killed);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "checkpoint.safetensors")), File.ReadAllBytes(Path.Combine(killed, "checkpoint.safetensors")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "result")), File.ReadAllBytes(Path.Combine(killed, "result")));
        Assert.Empty(Directory.GetFiles(killed, "*.tmp"));
    }

    /// <summary>What the child does; in the test run itself there is nothing to do.</summary>
    [Fact]
    public async Task The_child_tunes_when_it_is_told_where()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            using T5Backbone backbone = Toy.Backbone();
            TuningOptions options = RunFolderTests.Options("adafactor with momentum", folder);
            (options.Steps, options.EvaluateEvery, options.CheckpointEvery, options.EmbeddingStep) = (20 + (4 * Kills), 9, 3, 11);
            TuningResult result = await new PromptTuner(backbone).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel);
            File.WriteAllText(
                Path.Combine(folder, "result"),
                string.Join('\n', result.Best.Values.ToArray().Concat(result.Final.Values.ToArray()).Concat(result.Embedding!.Prompt.Values.ToArray())));
        }
    }

    private static async Task RunAsync(string folder)
    {
        using Process child = Start(folder);
        await child.WaitForExitAsync(Cancel);
        Assert.Equal(0, child.ExitCode);
    }

    private static Process Start(string folder)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Spot.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program, ["-method", $"{typeof(KillTests).FullName}.{nameof(The_child_tunes_when_it_is_told_where)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder;
        start.Environment["SPOT_KILLS"] = Kills.ToString(CultureInfo.InvariantCulture);
        Process child = Process.Start(start)!;
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }

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
