using System.Diagnostics;
using Spot.Library;

namespace Spot.Benchmarks.Library;

/// <summary>Opening, searching and adding to a library of many records on disk.</summary>
internal static class LibraryRatios
{
    private const int Rounds = 9, Adds = 100;

    public static IEnumerable<RatioLine> Measure(string name, int count, int dim)
    {
        string folder = Directory.CreateTempSubdirectory("spot-library-").FullName;
        try
        {
            long start = Stopwatch.GetTimestamp();
            RandomLibrary.Write(folder, count, dim);
            Console.WriteLine($"{name,-28} {count} records of width {dim} written in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
            double indexed = Milliseconds(() => Search(PromptLibrary.Open(folder), 0, dim));
            Console.WriteLine($"{name,-28} read and indexed in {indexed / 1000:F0} s");
            List<double> opens = [], firsts = [], searches = [], adds = [];
            for (int round = 0; round < Rounds; round++)
            {
                PromptLibrary? library = null;
                opens.Add(Milliseconds(() => library = PromptLibrary.Open(folder)));
                firsts.Add(Milliseconds(() => Search(library!, round, dim)));
                searches.Add(Milliseconds(() => Search(library!, round + Rounds, dim)));
                if (round == 0)
                {
                    Add(library!, count, dim); // finds out which ids are taken
                }

                int first = count + 1 + (round * Adds);
                adds.Add(1000 * Adds / Milliseconds(() =>
                {
                    for (int i = first; i < first + Adds; i++)
                    {
                        Add(library!, i, dim);
                    }
                }));
            }

            return
            [
                new RatioLine(name, opens, "ms"),
                new RatioLine(name + ".first-search", firsts, "ms more for the first search, which checks what it reads", "F1"),
                new RatioLine(name + ".search", searches, "ms for a search", "F1"),
                new RatioLine(name + ".add", adds, "records/s added, each flushed to disk", "F0"),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Search(PromptLibrary library, int query, int dim)
    {
        if (library.SearchAsync(RandomLibrary.Query(query, dim), new() { K = 10 }).GetAwaiter().GetResult().Count != 10)
        {
            throw new InvalidOperationException("The search did not find ten records.");
        }
    }

    private static void Add(PromptLibrary library, int number, int dim) => library.AddAsync(RandomLibrary.Record(number, dim)).GetAwaiter().GetResult();

    private static double Milliseconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
