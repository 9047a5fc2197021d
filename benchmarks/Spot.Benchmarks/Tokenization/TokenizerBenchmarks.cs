using BenchmarkDotNet.Attributes;
using Spot.Tokenization;

namespace Spot.Benchmarks.Tokenization;

/// <summary>Encoding about a million characters of prose with the published T5 vocabulary, on one thread.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private readonly int[] _ids = new int[4096];
    private readonly char[] _text = new char[1 << 16];
    private T5Tokenizer _tokenizer = null!;
    private string[] _lines = [];
    private int[][] _encoded = [];

    [GlobalSetup]
    public void Setup()
    {
        _tokenizer = T5Tokenizer.Load(TokenizerRatio.VocabularyPath());
        _lines = Prose.Lines(1_000_000);
        _encoded = [.. _lines.Select(line => _tokenizer.Encode(line, int.MaxValue))];
    }

    [Benchmark(Baseline = true)]
    public int EncodeToSpan()
    {
        int total = 0;
        foreach (string line in _lines)
        {
            total += _tokenizer.Encode(line, _ids);
        }

        return total;
    }

    [Benchmark]
    public int EncodeToArray()
    {
        int total = 0;
        foreach (string line in _lines)
        {
            total += _tokenizer.Encode(line, 512).Length;
        }

        return total;
    }

    [Benchmark]
    public int EncodeToTokens()
    {
        int total = 0;
        foreach (string line in _lines)
        {
            total += _tokenizer.EncodeToTokens(line, out _).Count;
        }

        return total;
    }

    [Benchmark]
    public int DecodeToSpan()
    {
        int total = 0;
        foreach (int[] ids in _encoded)
        {
            _tokenizer.Decode(ids, _text, out _, out int written);
            total += written;
        }

        return total;
    }
}
