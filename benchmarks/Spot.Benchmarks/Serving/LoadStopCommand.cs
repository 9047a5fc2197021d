using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Spot.Benchmarks.Inference;

namespace Spot.Benchmarks.Serving;

/// <summary>
/// The <c>load stop</c> command: <c>load stop [requests] [callers]</c>, 50,000 and 64 unless given. A server in a process of its own gets SIGTERM when half of the
/// requests are answered; once with time to drain, and once, with a tenth of the requests, with almost none.
/// </summary>
internal static class LoadStopCommand
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(20), Scant = TimeSpan.FromMilliseconds(50);

    private enum End
    {
        Answered,
        Told503,
        NoConnection,
        Broken,
        Wrong,
    }

    /// <returns>The exit code: 1 where a request that was taken has neither its answer nor 503, or the server did not end well.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandSize.Read("load stop", args) is not { } size)
        {
            return 1;
        }

        await using LoadServer server = await LoadServer.StartAsync();
        Load load = new(server);
        await load.PrepareAsync();
        bool right = await RoundAsync(load, server.LibraryPath, size, Ample);
        return await RoundAsync(load, server.LibraryPath, size with { Requests = Math.Max(2, size.Requests / 10) }, Scant) && right ? 0 : 1;
    }

    private static async Task<bool> RoundAsync(Load load, string library, CommandSize size, TimeSpan drainTime)
    {
        using LoadProcess server = await LoadProcess.StartAsync(library, drainTime);
        ConcurrentDictionary<int, End> ends = new();
        TaskCompletionSource half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int next = -1, answered = 0;
        Task[] callers = [.. Enumerable.Range(0, size.Callers).Select(_ => Task.Run(async () =>
        {
            End end = End.Answered;
            while (end is not (End.NoConnection or End.Broken) && Interlocked.Increment(ref next) is int request && request < size.Requests)
            {
                ends[request] = end = await AskAsync(load, server.Client, request);
                if (end == End.Answered && Interlocked.Increment(ref answered) == size.Requests / 2)
                {
                    half.SetResult();
                }
            }
        }))];
        await Task.WhenAny(half.Task, Task.WhenAll(callers));
        (int exitCode, TimeSpan took) = await server.StopAsync();
        await Task.WhenAll(callers);

        int[] taken = [.. server.Taken], lost = [.. taken.Where(request => ends[request] is End.NoConnection or End.Broken)];
        int Count(End end) => ends.Values.Count(one => one == end);
        Say($"{size.Callers} callers, SIGTERM after {size.Requests / 2:N0} answers, DrainTime {drainTime.TotalSeconds} s: exit code {exitCode} after {took.TotalSeconds:F2} s");
        Say($"{ends.Count:N0} requests sent, {taken.Length:N0} taken by the server's own log: {Count(End.Answered):N0} answered, {Count(End.Told503):N0} told 503, {Count(End.Wrong):N0} wrong, {lost.Length:N0} lost; {ends.Count - taken.Length:N0} never taken");
        return exitCode == 0 && took < drainTime + TimeSpan.FromSeconds(10) && lost.Length == 0 && Count(End.Wrong) == 0 && taken.Length == Count(End.Answered) + Count(End.Told503);
    }

    private static async Task<End> AskAsync(Load load, HttpClient client, int request)
    {
        try
        {
            (HttpStatusCode status, SoakAnswer? answer) = await load.Case(request).AskAsync(client, null, CancellationToken.None, $"?n={request}");
            return status == HttpStatusCode.ServiceUnavailable ? End.Told503 : answer is not null && load.IsRight(request, answer) ? End.Answered : End.Wrong;
        }
        catch (HttpRequestException exception)
        {
            return exception.HttpRequestError == HttpRequestError.ConnectionError ? End.NoConnection : End.Broken;
        }
    }

    private static void Say(FormattableString text) => Console.WriteLine("load stop: " + text.ToString(CultureInfo.InvariantCulture));
}
