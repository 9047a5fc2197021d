using System.Diagnostics;
using System.Globalization;
using Spot.Benchmarks.Inference;

namespace Spot.Benchmarks.Serving;

/// <summary>The <c>load</c> command: <c>load [requests] [callers]</c>, 50,000 and 64 unless given. A server and its callers in this process, over the loopback interface.</summary>
internal static class LoadCommand
{
    private const int Blocks = 10, Idle = 400, Shown = 20;

    /// <returns>The exit code: 1 where an answer was wrong or lost.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandSize.Read("load", args) is not { } size)
        {
            return 1;
        }

        await using LoadServer server = await LoadServer.StartAsync();
        Load load = new(server);
        await load.PrepareAsync();
        await load.ServeAsync(Idle, callers: 1); // compiles
        double[] served = new double[Idle], own = new double[Idle];
        for (int i = 0; i < Idle; i++)
        {
            (served[i], own[i]) = ((await load.ServeAsync(1, 1, first: i))[0], (await load.InProcessAsync(1, 1, first: i))[0]);
        }

        Say($"one caller: p50 {Percentile(served, 50):F2} ms over HTTP and {Percentile(own, 50):F2} ms in process, {Percentile([.. served.Zip(own, (x, y) => x - y)], 50):F2} ms more; {Idle / own.Sum():F0} requests a second in process one by one");
        int each = Math.Max(1, size.Requests / Blocks);
        List<double> all = [], rates = [], ratios = [];
        long start = Soak.Memory(), tenth = 0;
        for (int block = 0; block < Blocks; block++)
        {
            double before = block % 2 == 0 ? 0 : await RateAsync(() => load.InProcessAsync(each / 2, size.Callers));
            double rate = await RateAsync(() => load.ServeAsync(each, size.Callers), all);
            ratios.Add(rate / (block % 2 == 0 ? await RateAsync(() => load.InProcessAsync(each / 2, size.Callers)) : before));
            rates.Add(rate);
            tenth = block == 0 ? Soak.Memory() : tenth;
        }

        Say($"{all.Count:N0} requests from {size.Callers} callers: {Median(rates):F0} a second, p50 {Percentile(all, 50):F0} ms, p95 {Percentile(all, 95):F0} ms, p99 {Percentile(all, 99):F0} ms");
        Say($"{Median(ratios):F2} times the requests a second of as many callers in process ({ratios.Min():F2} .. {ratios.Max():F2}, {Blocks} blocks in turns)");
        Say($"memory {SoakCommand.Megabytes(start):F0} MB at the start, {SoakCommand.Megabytes(tenth):F0} after a tenth, {SoakCommand.Megabytes(Soak.Memory()):F0} at the end");
        await load.ServeAsync(each, size.Callers, isRough: true);
        Say($"{each:N0} more, of which clients left {load.Rough.Cancelled:N0} and {load.Rough.Late:N0} had too little time, a prompt replaced {load.Rough.Replaced:N0} times");
        foreach (string wrong in load.Wrong.Take(Shown))
        {
            Console.WriteLine(wrong);
        }

        Say($"{load.Wrong.Count:N0} wrong or lost");
        return load.Wrong.Count == 0 ? 0 : 1;
    }

    private static async Task<double> RateAsync(Func<Task<double[]>> run, List<double>? all = null)
    {
        long start = Stopwatch.GetTimestamp();
        double[] seconds = await run();
        double rate = seconds.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
        all?.AddRange(seconds);
        return rate;
    }

    // Of seconds, in milliseconds.
    private static double Percentile(IReadOnlyList<double> seconds, int percent) =>
        1000 * seconds.Order().ElementAt(Math.Min(seconds.Count - 1, seconds.Count * percent / 100));

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(FormattableString text) => Console.WriteLine("load: " + text.ToString(CultureInfo.InvariantCulture));
}
