using System.Globalization;
using Spot.Tests.Library;

namespace Spot.Tests.Fuzz;

/// <summary>
/// Damaged files of every kind end in a result or a documented exception, without a hang and without memory beyond a small multiple of their size.
/// </summary>
/// <remarks>
/// SPOT_FUZZ_CASES says how many cases in all (2,000 if it is not set), SPOT_FUZZ_SEED from which seed. A case is a function of target, seed and
/// number. The files of a case that fails are kept, and the message says where.
/// </remarks>
[Collection(Alone.Name)]
public sealed class FuzzTests : IDisposable
{
    private const long MostExtraBytes = 64 << 20;
    private const int MostLive = 256 << 20;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly string[] Names =
        ["safetensors", "npy", "torch", "peft folder", "adapters folder", "model configuration", "sharded checkpoint", "vocabulary", "library folder"];

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Targets() => [.. Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Damage_ends_in_a_result_or_a_documented_exception(string name)
    {
        int seed = Number("SPOT_FUZZ_SEED", 1), cases = (Number("SPOT_FUZZ_CASES", 2_000) + Names.Length - 1) / Names.Length;
        FuzzTarget target = FuzzTargets.Of(name);
        int refused = 0;
        long live = GC.GetTotalMemory(forceFullCollection: true);
        int current = 0;
        string folder = _folder.Path;
        Task<string?> run = Task.Run(() =>
        {
            for (; current < cases; current++)
            {
                Random random = new(HashCode(name, seed, current));
                IReadOnlyDictionary<string, byte[]> files = target.Mutate(target.Samples[random.Next(target.Samples.Count)], random);
                Write(folder, files);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Exception? error = Record.Exception(() => target.Read(folder));
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                refused += error is null ? 0 : 1;
                if (error is not null && !IsDocumented(error))
                {
                    return error.ToString();
                }

                if (allocated > MostExtraBytes + (32 * files.Values.Sum(bytes => (long)bytes.Length)))
                {
                    return $"{allocated} bytes were allocated";
                }
            }

            return null;
        });

        // The clock that matters is that of one case: a run of many may take its time.
        for (int seen = -1; !run.IsCompleted && seen != current;)
        {
            seen = current;
            await Task.WhenAny(run, Task.Delay(Hang, TestContext.Current.CancellationToken));
        }

        string? failure = run.IsCompleted ? await run : $"no end after {Hang.TotalSeconds} s";
        Assert.True(failure is null, $"{name}, seed {seed}, case {current}: {failure}\nIts files: {(failure is null ? "" : Keep(folder, name, seed, current))}");
        Assert.InRange(refused, 1, cases);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - live, long.MinValue, MostLive);
    }

    internal static bool IsDocumented(Exception error) => error is InvalidDataException or SpotException or IOException or UnauthorizedAccessException;

    private static void Write(string folder, IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (string old in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.Delete(old);
        }

        foreach ((string name, byte[] bytes) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    private static string Keep(string folder, string name, int seed, int number)
    {
        string kept = Path.Combine(Path.GetTempPath(), FormattableString.Invariant($"spot-fuzz {name} {seed} {number}"));
        Directory.CreateDirectory(kept);
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(kept, Path.GetRelativePath(folder, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete); // a reader that hangs may hold it
            using FileStream target = File.Create(copy);
            file.CopyTo(target);
        }

        return kept;
    }

    // Not System.HashCode: that differs from process to process.
    private static int HashCode(string name, int seed, int number) =>
        name.Aggregate(unchecked((seed * 397) + (number * 7919)), (hash, c) => unchecked((hash * 31) + c));

    private static int Number(string variable, int absent) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) && number > 0 ? number : absent;
}
