using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Spot.Benchmarks.Inference;

namespace Spot.Benchmarks.Serving;

/// <summary>Many callers of a server. Every answer is compared with the answer that the library gives to the request alone.</summary>
/// <param name="server">The server.</param>
internal sealed class Load(LoadServer server)
{
    private const string ReplacedId = "replaced";
    private const int Cases = 400, ReplaceEvery = 200; // requests

    private readonly ConcurrentQueue<string> _wrong = [];
    private LoadCase[] _cases = [];
    private SoakAnswer[][] _alone = []; // by case: the answers that are right
    private PromptRecord[] _either = [];
    private int _cancelled, _late, _replaced;

    /// <summary>Each answer that is not the request's own, and each request without one.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>How requests ended that were to end early, and how often a prompt was replaced.</summary>
    public (int Cancelled, int Late, int Replaced) Rough => (_cancelled, _late, _replaced);

    /// <summary>Makes the requests, and asks the library for each alone.</summary>
    public async Task PrepareAsync()
    {
        List<string> prompts = [];
        await foreach (PromptInfo info in server.Library.ListAsync())
        {
            prompts.Add(info.Id);
        }

        PromptRecord[] two = [(await server.Library.GetAsync(prompts[0]))!, (await server.Library.GetAsync(prompts[1]))!];
        _either = [.. two.Select(record => record with { Info = record.Info with { Id = ReplacedId } })];
        await server.Library.AddAsync(_either[0]);
        _cases = [.. Enumerable.Range(0, Cases).Select(i => LoadCase.Of(i, [.. prompts, ReplacedId]))];
        _alone = new SoakAnswer[Cases][];
        for (int i = 0; i < Cases; i++)
        {
            LoadCase one = _cases[i];
            _alone[i] = one.Prompt == ReplacedId
                ? [await (one with { Prompt = prompts[0] }).AskAsync(server.Inference), await (one with { Prompt = prompts[1] }).AskAsync(server.Inference)]
                : [await one.AskAsync(server.Inference)];
        }
    }

    /// <summary>Sends requests over HTTP.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="callers">From how many callers at once.</param>
    /// <param name="first">The number of the first.</param>
    /// <param name="isRough">Whether some clients leave, some have little time, and a prompt is replaced again and again.</param>
    /// <returns>The seconds that each took.</returns>
    public Task<double[]> ServeAsync(int requests, int callers, int first = 0, bool isRough = false) => AtOnceAsync(first, requests, callers, async request =>
    {
        int which = Which(request);
        if (isRough && request % ReplaceEvery == 0)
        {
            await server.Library.AddAsync(_either[Interlocked.Increment(ref _replaced) % 2], replace: true);
        }

        await AskAsync(request, which, isRough ? SplitMix64.For("load fate", 1, request).Next(30) : -1);
    });

    /// <summary>Sends the same requests to the library in this process.</summary>
    public Task<double[]> InProcessAsync(int requests, int callers, int first = 0) => AtOnceAsync(first, requests, callers, request => Case(request).AskAsync(server.Inference));

    /// <summary>The request of a number.</summary>
    public LoadCase Case(int request) => _cases[Which(request)];

    /// <summary>Whether an answer is that of the library to the request alone.</summary>
    public bool IsRight(int request, SoakAnswer answer) => _alone[Which(request)].Any(right => right.IsSame(answer));

    private static int Which(int request) => SplitMix64.For("load request", 1, request).Next(Cases);

    private async Task AskAsync(int request, int which, int fate)
    {
        using CancellationTokenSource cancel = new();
        TimeSpan? timeout = fate == 1 ? TimeSpan.FromMilliseconds(1 + (request % 50)) : null;
        if (fate == 0)
        {
            cancel.CancelAfter(request % 50);
        }

        try
        {
            (HttpStatusCode status, SoakAnswer? answer) = await _cases[which].AskAsync(server.Client, timeout, cancel.Token);
            if (status == HttpStatusCode.GatewayTimeout && timeout is not null)
            {
                Interlocked.Increment(ref _late);
            }
            else if (answer is null || !IsRight(request, answer))
            {
                _wrong.Enqueue($"{request}: {_cases[which]}: {(int)status} {answer}, expected {string.Join(" or ", _alone[which].Select(right => right.ToString()))}");
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _cancelled);
        }
        catch (Exception exception)
        {
            _wrong.Enqueue($"{request}: {_cases[which]}: {exception.GetType().Name}: {exception.Message}");
        }
    }

    private static async Task<double[]> AtOnceAsync(int first, int requests, int callers, Func<int, Task> send)
    {
        double[] seconds = new double[requests];
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is int request && request < requests)
            {
                long start = Stopwatch.GetTimestamp();
                await send(first + request);
                seconds[request] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        })));
        return seconds;
    }
}
