using Spot.Backbone;
using Spot.Library;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary>What the commands that make a prompt have in common.</summary>
internal static class NewPrompt
{
    /// <summary>Refuses an id that is taken, before hours are spent.</summary>
    public static async Task CheckAsync(PromptLibrary library, string id, bool replace, CancellationToken cancellationToken)
    {
        if (!replace && await library.GetVersionAsync(id, cancellationToken) is not null)
        {
            throw new ArgumentException($"The library '{library.Folder}' has a prompt '{id}' already. Name the new one with --id, or replace that one with --replace.");
        }
    }

    /// <summary>A prompt to start from.</summary>
    public static async Task<PromptRecord> StartAsync(PromptLibrary library, string id, CancellationToken cancellationToken) =>
        await library.GetAsync(id, cancellationToken)
        ?? throw new ArgumentException($"The library '{library.Folder}' has no prompt '{id}' to start from. 'spot library list' says what it holds.");

    /// <summary>Runs what leaves a checkpoint when it is interrupted, and says so then.</summary>
    public static async Task<T> WatchedAsync<T>(Call call, string runFolder, RunBar bar, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException)
        {
            string where = bar.Last is { Step: > 0 } last ? $" at step {last.Step} of {last.Steps}" : "";
            call.WhenInterrupted = $"The run{where} is kept in {runFolder}. Go on with the same command: {call.CommandLine}";
            throw;
        }
    }

    /// <summary>Embeds a task, in a run that goes on when it is asked for again.</summary>
    public static Task<TaskEmbedding> EmbedAsync(Call call, T5Backbone backbone, TextTask task, TuningOptions options, CancellationToken cancellationToken)
    {
        TaskEmbedder embedder = new(new PromptTuner(backbone, call.Log<PromptTuner>()));
        options.RunFolder ??= Path.Combine("runs", FormattableString.Invariant($"{task.Name}-{options.Seed}"));
        return call.WithProgressAsync(task.Name, bar => WatchedAsync(call, options.RunFolder, bar, () => embedder.EmbedAsync(task, options, bar, cancellationToken)));
    }

    /// <summary>The command that scores the prompt, on examples that chose nothing where there are such.</summary>
    public static string Evaluation(Call call, TaskChoice choice, TextTask task, string id, LibraryChoice library) =>
        $"spot evaluate {Shell.Quote(choice.Data(call.Parsed)!)} {id} --split {(task.Test.Count > 0 ? "test" : "validation")}{library.Again(call.Parsed)}";

    /// <summary>Says where a prompt is, and whether it will be found.</summary>
    public static void Say(Call call, PromptRecord record, LibraryChoice library, TuningOptions options)
    {
        call.Say($"Kept as {record.Info.Id} in the library {library.Folder(call.Parsed)}; checkpoint and history are in {options.RunFolder}.");
        if (record.Embedding is null)
        {
            call.Tell($"Warning: the run ended before its embedding step {options.EmbeddingStep}, so that searches do not find this prompt. Lower --embedding-step to at most {options.Steps}.");
        }
    }
}
