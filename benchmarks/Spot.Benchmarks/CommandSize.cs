using System.Globalization;

namespace Spot.Benchmarks;

/// <summary>How large a run of a command is.</summary>
/// <param name="Requests">How many requests.</param>
/// <param name="Callers">From how many callers at once.</param>
internal sealed record CommandSize(int Requests, int Callers)
{
    /// <summary>Reads <c>[requests] [callers]</c>, 50,000 and 64 unless given; null, said on standard error, where that is not what was found.</summary>
    public static CommandSize? Read(string command, string[] args)
    {
        int[] numbers = [.. args.Select(argument => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        if (numbers.Length > 2 || numbers.Contains(0))
        {
            Console.Error.WriteLine($"Found {command} {string.Join(' ', args)}, expected {command} [requests] [callers], each at least 1.");
            return null;
        }

        return new CommandSize(numbers is [int requests, ..] ? requests : 50_000, numbers is [_, int callers] ? callers : 64);
    }
}
