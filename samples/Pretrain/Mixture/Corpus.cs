using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Raw text: <c>corpus/*.txt.gz</c> or <c>.txt</c>, a paragraph a line, an empty line between documents.</summary>
internal sealed partial class Corpus
{
    private Corpus(Dictionary<string, List<string>> files) => Files = files;

    /// <summary>The documents of each file.</summary>
    public IReadOnlyDictionary<string, List<string>> Files { get; }

    /// <summary>Reads a folder; no documents where it is not there.</summary>
    public static Corpus Read(string folder)
    {
        Dictionary<string, List<string>> files = new(StringComparer.Ordinal);
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            bool packed = path.EndsWith(".txt.gz", StringComparison.Ordinal);
            if (packed || path.EndsWith(".txt", StringComparison.Ordinal))
            {
                using FileStream file = File.OpenRead(path);
                using StreamReader reader = new(packed ? new GZipStream(file, CompressionMode.Decompress) : file, Encoding.UTF8);
                files[Path.GetFileName(path).Split('.')[0]] = [.. reader.ReadToEnd().Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
            }
        }

        return new Corpus(files);
    }

    /// <summary>Sentences of a document in their order, those of a sensible length.</summary>
    public static IEnumerable<string> Sentences(string document) =>
        from paragraph in document.Split('\n')
        from sentence in SentenceEnd().Split(paragraph)
        where sentence.Length is >= 30 and <= 260
        select sentence.Trim();

    [GeneratedRegex(@"(?<=[.!?])\s+(?=[A-Z""'])")]
    private static partial Regex SentenceEnd();
}
