using BenchmarkDotNet.Attributes;
using Spot.Library;

namespace Spot.Benchmarks.Library;

/// <summary>Opening a library, searching it, and adding to it.</summary>
[MemoryDiagnoser]
public class LibraryBenchmarks
{
    private const int Dim = 768;

    private string _folder = "";
    private PromptLibrary _library = null!;
    private int _next;

    /// <summary>The number of records: up to 1,000 opening looks at every file, beyond at the index.</summary>
    [Params(100, 1000, 20_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("spot-library-").FullName;
        RandomLibrary.Write(_folder, Count, Dim);
        _library = PromptLibrary.Open(_folder);
        Search();
        _next = Count;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _library.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Opening alone.</summary>
    [Benchmark]
    public void Open() => PromptLibrary.Open(_folder).Dispose();

    /// <summary>The best 10 in a library that has been searched before.</summary>
    [Benchmark]
    public IReadOnlyList<PromptMatch> Search() => _library.SearchAsync(RandomLibrary.Query(3, Dim), new() { K = 10 }).GetAwaiter().GetResult();

    /// <summary>One record more, flushed to disk.</summary>
    [Benchmark]
    public void Add() => _library.AddAsync(RandomLibrary.Record(_next++, Dim)).GetAwaiter().GetResult();
}
