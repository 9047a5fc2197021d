using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Spot.Backbone;
using Spot.Library;
using Spot.Serialization;
using Spot.Tests.Tokenization;
using Spot.Tokenization;
using Records = Spot.Tests.Library.Samples;

namespace Spot.Tests.Fuzz;

/// <summary>Every reader of files from elsewhere, with good samples to start from.</summary>
internal static class FuzzTargets
{
    private const int Width = 16;
    private const string File1 = "file";

    public static FuzzTarget Of(string name) => name switch
    {
        "safetensors" => new(Prompts("safetensors"), Safetensors, ReadTensors),
        "npy" => new(Prompts("npy"), FuzzTarget.AnyFile, ReadFile),
        "torch" => new([.. Prompts("torch"), .. Prompts("openprompt")], Torch, ReadTensors),
        "peft folder" => new(Folders("peft", "peft_multitask"), FuzzTarget.AnyFile, folder => Read(folder)),
        "adapters folder" => new(Folders("adapters", "opendelta"), FuzzTarget.AnyFile, folder => Read(folder)),
        "model configuration" => new(Configurations(), FuzzTarget.AnyFile, folder => T5Config.Load(Path.Combine(folder, "config.json"))),
        "sharded checkpoint" => new(Sharded(), FuzzTarget.AnyFile, folder => CheckpointFiles.Open(folder).Dispose()),
        "vocabulary" => new(Vocabulary(), FuzzTarget.AnyFile, folder => T5Tokenizer.Load(Path.Combine(folder, File1)).EncodeToIds("abcd ab Ａbc <extra_id_0> \u0301é漢 😀")),
        "library folder" => new(Library(), FuzzTarget.AnyFile, ReadLibrary),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Expected a target."),
    };

    // Every tensor by its name, then the one that is found without.
    private static void ReadTensors(string folder)
    {
        string path = Path.Combine(folder, File1);
        using (TensorFile file = TensorFile.Open(path))
        {
            foreach ((string name, NamedTensor tensor) in file.Tensors)
            {
                if (tensor.IsFloat)
                {
                    Assert.Equal(tensor.Count, file.Floats(name).Length);
                }
            }
        }

        ReadFile(folder);
    }

    private static void ReadFile(string folder) => Read(Path.Combine(folder, File1));

    private static void Read(string path)
    {
        foreach (SoftPrompt prompt in PromptFile.ReadAll(path, TestPaths.Fingerprint, Width))
        {
            Assert.Equal(prompt.Length * Width, prompt.Values.Length);
            Assert.DoesNotContain(prompt.Values.ToArray(), value => !float.IsFinite(value));
        }
    }

    private static void ReadLibrary(string folder)
    {
        // One damaged record is not to keep the others from their reader: every method is tried before the first error is passed on.
        List<Exception> errors = [];
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach (PromptInfo info in library.ListAsync().ToBlockingEnumerable())
        {
            Try(() => library.GetAsync(info.Id).GetAwaiter().GetResult());
        }

        foreach (LibraryProblem problem in library.Problems)
        {
            Try(() => library.GetAsync(Path.GetFileNameWithoutExtension(problem.Path)).GetAwaiter().GetResult());
        }

        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            Try(() => library.SearchAsync(Records.Query("q"), new() { Similarity = similarity }).GetAwaiter().GetResult());
        }

        if (errors.Count > 0)
        {
            throw errors.Find(error => !FuzzTests.IsDocumented(error)) ?? errors[0];
        }

        void Try(Action act)
        {
            if (Record.Exception(act) is { } error)
            {
                errors.Add(error);
            }
        }
    }

    private static IEnumerable<(JsonElement Entry, string Path)> Good(params string[] formats)
    {
        string root = TestPaths.Golden("formats");
        return GoldenData.Json(Path.Combine(root, "manifest.json")).GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("ok").GetBoolean() && formats.Contains(entry.GetProperty("format").GetString()))
            .Select(entry => (entry, Path.Combine(root, entry.GetProperty("path").GetString()!)));
    }

    private static Dictionary<string, byte[]>[] Prompts(string format) =>
        [.. Good(format).Select(file => new Dictionary<string, byte[]> { [File1] = File.ReadAllBytes(file.Path) })];

    private static Dictionary<string, byte[]>[] Folders(params string[] formats) =>
        [.. Good(formats).Select(file => FuzzTarget.Folder(Directory.Exists(file.Path) ? file.Path : Path.GetDirectoryName(file.Path)!))];

    private static Dictionary<string, byte[]>[] Configurations() =>
        [.. Directory.EnumerateFiles(TestPaths.Golden("t5"), "config.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => new Dictionary<string, byte[]> { ["config.json"] = File.ReadAllBytes(path) })];

    private static Dictionary<string, byte[]>[] Sharded()
    {
        using MemoryStream a = new(), b = new();
        SafetensorsWriter.Write(a, [SafetensorsEntry.FromFloats("a", [2, 3], [1, 2, 3, 4, 5, 6])]);
        SafetensorsWriter.Write(b, [SafetensorsEntry.FromFloats("b", [1], [7]), SafetensorsEntry.FromFloats("c", [0], [])]);
        return
        [
            new()
            {
                ["model-00001-of-00002.safetensors"] = a.ToArray(),
                ["model-00002-of-00002.safetensors"] = b.ToArray(),
                ["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(
                    """{"metadata":{"total_size":28},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}}"""),
            },
        ];
    }

    private static Dictionary<string, byte[]>[] Vocabulary()
    {
        byte[] map = [0, 4, 0, 0, .. new byte[1024], (byte)'a', 0];
        return
        [
            new() { [File1] = ModelFile.WithPieces(("▁", -2), ("a", -1), ("b", -1), ("ab", -1.5f), ("▁abc", -3)).ToArray() },
            new() { [File1] = ModelFile.WithPieces(("▁", -2), ("a", -1), ("c", -1)).CharacterMap(map).ToArray() },
            new() { [File1] = ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1), ("b", -1)).ToArray() },
            new() { [File1] = TokenizerJson.Of(ModelFile.WithPieces(("▁", -2), ("a", -1), ("b", -1), ("ab", -1.5f), ("▁abc", -3)).ToArray(), TokenizerJson.Style.Converted) },
            new() { [File1] = TokenizerJson.Of(ModelFile.WithPieces(("▁", -2), ("a", -1), ("c", -1)).CharacterMap(map).ToArray(), TokenizerJson.Style.Split) },
            new() { [File1] = TokenizerJson.Of(ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1), ("b", -1)).ToArray(), TokenizerJson.Style.Unicode) },
        ];
    }

    private static Dictionary<string, byte[]>[] Library()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        foreach (string id in new[] { "a", "b", "c" })
        {
            library.AddAsync(Records.Record(id, step: id == "c" ? null : 100)).GetAwaiter().GetResult();
        }

        return [FuzzTarget.Folder(folder.Path)];
    }

    // Half of the time the length in front of the header is made right again, or nothing behind it would ever be reached.
    private static Dictionary<string, byte[]> Safetensors(IReadOnlyDictionary<string, byte[]> files, Random random)
    {
        byte[] file = files[File1];
        if (random.Next(2) == 0)
        {
            return FuzzTarget.AnyFile(files, random);
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(file);
        byte[] header = new Mutator(random).Mutate(file[8..(8 + length)]);
        return new() { [File1] = [.. BitConverter.GetBytes((long)header.Length), .. header, .. file.AsSpan(8 + length)] };
    }

    // Half of the time one member of the archive is damaged and the archive made anew, with the right checksums.
    private static Dictionary<string, byte[]> Torch(IReadOnlyDictionary<string, byte[]> files, Random random)
    {
        byte[] file = files[File1];
        if (random.Next(2) == 0 || file[0] != (byte)'P')
        {
            return FuzzTarget.AnyFile(files, random);
        }

        using MemoryStream packed = new();
        using (ZipArchive good = new(new MemoryStream(file)), bad = new(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            ZipArchiveEntry[] entries = [.. good.Entries];
            int victim = random.Next(3) == 0 ? random.Next(entries.Length) : Array.FindIndex(entries, entry => entry.Name == "data.pkl");
            for (int i = 0; i < entries.Length; i++)
            {
                using Stream source = entries[i].Open(), target = bad.CreateEntry(entries[i].FullName, CompressionLevel.NoCompression).Open();
                using MemoryStream content = new();
                source.CopyTo(content);
                target.Write(i == victim ? new Mutator(random).Mutate(content.ToArray()) : content.ToArray());
            }
        }

        return new() { [File1] = packed.ToArray() };
    }
}
