using System.Collections.Concurrent;
using Spot.Backbone;
using Spot.Inference;
using Spot.Library;

namespace Spot.Benchmarks.Inference;

/// <summary>
/// Many callers with requests of every kind, behind prompts of several lengths or none; some are cancelled or have little time, and one prompt is replaced again
/// and again. Every answer is compared with the answer that the request gets alone.
/// </summary>
/// <param name="backbone">The model.</param>
/// <param name="folder">An empty folder for a prompt library.</param>
/// <param name="seed">Decides the requests.</param>
/// <param name="cases">How many different ones there are.</param>
internal sealed class Soak(T5Backbone backbone, string folder, long seed, int cases)
{
    private const string ReplacedId = "replaced";
    private const int ReplaceEvery = 200; // requests
    private static readonly int[] Lengths = [1, 5, 10, 20, 40];
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(10); // a request that has no end by then

    private readonly SoakCase[] _cases = [.. Enumerable.Range(0, cases).Select(i => SoakCase.Of(seed, i, Lengths.Length))];
    private readonly ConcurrentQueue<string> _wrong = [];
    private SoftPrompt[] _prompts = [], _either = [];
    private SoakAnswer[][] _alone = []; // by case: the answers that are right
    private int _next = -1, _ended, _answered, _cancelled, _late, _replaced;

    /// <param name="requests">How many requests.</param>
    /// <param name="callers">From how many callers at once.</param>
    public async Task<SoakReport> RunAsync(int requests, int callers)
    {
        using PromptLibrary library = PromptLibrary.Open(folder);
        _prompts = [.. Lengths.Select(length => Prompt($"prompt {length}", length))];
        _either = [Prompt("one", 12), Prompt("other", 30)];
        await library.AddAsync(Record(ReplacedId, _either[0]));
        await library.AddAsync(Record("p0", _prompts[0]));
        await library.AddAsync(Record("p1", _prompts[1]));
        _alone = await AloneAsync();
        PromptInferenceOptions small = new() { PromptCacheBytes = 100_000, EncoderCacheBytes = 1 << 20 }; // less than there is
        await using PromptInference inference = new(backbone, library, small);
        long start = Memory(), tenth = start;
        Task[] all = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref _next) is int request && request < requests)
            {
                await AskAsync(inference, request);
                int ended = Interlocked.Increment(ref _ended);
                tenth = ended == Math.Max(1, requests / 10) ? Memory() : tenth;
                if (ended % ReplaceEvery == 0)
                {
                    await library.AddAsync(Record(ReplacedId, _either[ended / ReplaceEvery % 2]), replace: true);
                    Interlocked.Increment(ref _replaced);
                }
            }
        }))];
        await Task.WhenAll(all);
        return new SoakReport(_answered, _cancelled, _late, _replaced, [.. _wrong], (start, tenth, Memory()));
    }

    private async Task AskAsync(PromptInference inference, int index)
    {
        SplitMix64 random = SplitMix64.For("soak request", seed, index);
        int which = random.Next(_cases.Length), fate = random.Next(30);
        SoakCase asked = _cases[which];
        using CancellationTokenSource cancel = new();
        TimeSpan? timeout = fate == 1 ? TimeSpan.FromMilliseconds(1 + random.Next(100)) : null;
        if (fate == 0)
        {
            cancel.CancelAfter(random.Next(100));
        }

        string? id = asked.Prompt == SoakCase.Replaced ? ReplacedId : asked.Prompt is 0 or 1 && random.Next(2) == 0 ? $"p{asked.Prompt}" : null;
        SoftPrompt? prompt = id is null && asked.Prompt >= 0 ? _prompts[asked.Prompt] : null;
        try
        {
            SoakAnswer found = await asked.AskAsync(inference, id, prompt, timeout, cancel.Token).WaitAsync(Lost);
            Interlocked.Increment(ref _answered);
            if (!_alone[which].Any(right => right.IsSame(found)))
            {
                _wrong.Enqueue($"{index}: {asked}: found {found}, expected {string.Join(" or ", _alone[which].Select(right => right.ToString()))}");
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _cancelled);
        }
        catch (TimeoutException) when (timeout is not null)
        {
            Interlocked.Increment(ref _late);
        }
        catch (Exception exception)
        {
            _wrong.Enqueue($"{index}: {asked}: {exception.GetType().Name}: {exception.Message}");
        }
    }

    // One request at a time, and nothing kept.
    private async Task<SoakAnswer[][]> AloneAsync()
    {
        await using PromptInference alone = new(backbone, options: new PromptInferenceOptions { EncoderCacheBytes = 0, PromptCacheBytes = 0 });
        List<SoakAnswer[]> answers = [];
        foreach (SoakCase one in _cases)
        {
            IReadOnlyList<SoftPrompt?> prompts = one.Prompt switch
            {
                SoakCase.Replaced => _either,
                < 0 => new SoftPrompt?[1],
                _ => [_prompts[one.Prompt]],
            };
            List<SoakAnswer> own = [];
            foreach (SoftPrompt? prompt in prompts)
            {
                own.Add(await one.AskAsync(alone, null, prompt, null, default));
            }

            answers.Add([.. own]);
        }

        return [.. answers];
    }

    // Rows that are about as large as embeddings.
    private SoftPrompt Prompt(string name, int length)
    {
        SplitMix64 random = SplitMix64.For("soak prompt " + name, seed);
        return new SoftPrompt(length, backbone.Config.Dim, [.. Enumerable.Range(0, length * backbone.Config.Dim).Select(_ => (float)(random.NextDouble() - 0.5))], backbone.Fingerprint);
    }

    private static PromptRecord Record(string id, SoftPrompt prompt) => new(
        new PromptInfo { Id = id, Task = "soak", BackboneFingerprint = prompt.BackboneFingerprint, Length = prompt.Length, Dim = prompt.Dim }, prompt, null);

    /// <summary>The process's memory in bytes, without garbage.</summary>
    public static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }
}
