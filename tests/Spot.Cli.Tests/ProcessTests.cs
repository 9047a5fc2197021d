using System.Diagnostics;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary>The tool as a process: exit codes, Ctrl+C, a reader that leaves.</summary>
[Collection(ToolTests.Name)]
public sealed class ProcessTests(TunedLibrary tuned)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exit_codes_come_out_of_the_process_and_messages_go_to_standard_error()
    {
        using Workplace place = new();
        Assert.Equal(ExitCode.Done, (await EndAsync(Start(place, "--help"))).ExitCode);
        Assert.Equal(ExitCode.Usage, (await EndAsync(Start(place, "fly"))).ExitCode);
        Answer wrong = await EndAsync(Start(place, "evaluate", "nowhere", "x", "--json"));
        Assert.Equal((ExitCode.WrongInput, ""), (wrong.ExitCode, wrong.Out));
        Assert.StartsWith("Error: ", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_says_how_to_go_on_and_ends_with_the_same_bits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGINT to send.");
        using Workplace place = new();
        string[] command = ["tune", Workplace.Task("books"), "--steps", "40", "--embedding-step", "5", "--max-validation-examples", "4", "--prompt-length", "5", "--precision", "Float32", "--device", "cpu"];
        using Process process = Start(place, command);
        string history = Path.Combine(place.Folder, "runs", "books-0", "history.jsonl");
        while (!File.Exists(history) || Lines(history) < 3)
        {
            Assert.False(process.HasExited, "The run ended before it could be interrupted.");
            await Task.Delay(20, Cancel);
        }

        using (Process signal = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync(Cancel);
        }

        Answer interrupted = await EndAsync(process);
        Assert.Equal(ExitCode.Interrupted, interrupted.ExitCode);
        Assert.Matches(@"Stopped\. The run at step \d+ of 40 is kept in runs/books-0\. Go on with the same command: spot tune .*books --steps 40", interrupted.Error);
        Assert.False(Directory.Exists("prompts"));

        Assert.Equal(ExitCode.Done, (await EndAsync(Start(place, command))).ExitCode);
        TuningOptions options = TunedLibrary.Options();
        (options.Steps, options.EmbeddingStep, options.MaxValidationExamples) = (40, 5, 4);
        TuningResult whole = await new PromptTuner(tuned.Backbone).TuneAsync(TaskFolder.Load(Workplace.Task("books")), options, null, null, Cancel);
        using PromptLibrary library = PromptLibrary.Open("prompts");
        Assert.Equal(whole.Best.Values.ToArray(), (await library.GetAsync("books-0", Cancel))!.Prompt.Values.ToArray());
    }

    [Fact]
    public async Task A_reader_that_leaves_is_no_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no head.");
        using Workplace place = new();
        tuned.CopyTo(place);
        await File.WriteAllLinesAsync("texts.txt", Enumerable.Range(0, 600).Select(i => $"sentence: The bridge has {i} lanes."), Cancel);
        string tool = Path.Combine(AppContext.BaseDirectory, "Spot.Cli.dll");
        ProcessStartInfo start = new("bash", ["-o", "pipefail", "-c", $"dotnet '{tool}' predict books-0 --file texts.txt --json | head -1"]) { WorkingDirectory = place.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Answer answer = await EndAsync(Process.Start(start)!);
        Assert.Equal("sentence: The bridge has 0 lanes.", answer.Json.GetProperty("input").GetString());
        Assert.Equal((ExitCode.Done, 0), (answer.ExitCode, answer.Error.Split('\n').Count(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Unhandled", StringComparison.Ordinal))));
    }

    // Where the tests themselves run in the background of a shell, SIGINT is ignored, and so it would be in what they start.
    private static Process Start(Workplace place, params string[] arguments)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Spot.Cli.dll"), .. arguments];
        command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", .. command] : command;
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = place.Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task<Answer> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancel), error = process.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await process.WaitForExitAsync(Cancel);
            return new Answer(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static int Lines(string file)
    {
        using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(letter => letter == '\n');
    }
}
