using System.Buffers;
using Spot.Serialization;
using Spot.Tokenization;

namespace Spot.Backbone;

/// <summary>The weight files of a checkpoint folder, safetensors or else PyTorch's, single or sharded, as one set of tensors.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const string Single = "model.safetensors";
    private const string TorchSingle = "pytorch_model.bin";
    private const string IndexEnd = ".index.json";
    private static readonly SearchValues<char> PlainName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private readonly List<IDisposable> _files = [];
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private CheckpointFiles(string folder) => Folder = folder;

    public string Folder { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Looks for the files of a checkpoint and reads its configuration; cheap, and needs no native library.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Its full path, its configuration and its vocabulary's path.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">The configuration is damaged or of another model family.</exception>
    public static (string Full, T5Config Config, string Vocabulary) CheckFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string full = Path.GetFullPath(folder); // one reading of ".." for all that is read here and what libtorch maps
        if (!Directory.Exists(full))
        {
            throw new DirectoryNotFoundException($"No model folder '{full}'. Expected a T5 checkpoint: config.json, model.safetensors and spiece.model or tokenizer.json.");
        }

        T5Config config = T5Config.Load(Path.Combine(full, "config.json"));
        Find(full);
        return (full, config, T5Tokenizer.FindFile(full));
    }

    /// <summary>Opens the files of a folder and reads their headers.</summary>
    /// <exception cref="FileNotFoundException">There are no weights, or a shard is missing.</exception>
    /// <exception cref="InvalidDataException">A header or the index is damaged.</exception>
    public static CheckpointFiles Open(string folder)
    {
        CheckpointFiles checkpoint = new(folder);
        try
        {
            string name = Find(folder);
            if (name.EndsWith(IndexEnd, StringComparison.Ordinal))
            {
                checkpoint.AddShards(Path.Combine(folder, name));
            }
            else
            {
                checkpoint.Add(name);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>The name of a folder's weights: one file, or the index of several.</summary>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    public static string Find(string folder) =>
        new[] { Single, Single + IndexEnd, TorchSingle, TorchSingle + IndexEnd }.FirstOrDefault(name => File.Exists(Path.Combine(folder, name))) ?? throw NoWeights(folder);

    private static FileNotFoundException NoWeights(string folder) => new(
        $"No weights in '{folder}': expected {Single} or {TorchSingle}, or the {IndexEnd} of one of them with its shards. Download all files of the checkpoint into one folder.",
        Path.Combine(folder, Single));

    private void Add(string name)
    {
        string path = Path.Combine(Folder, name);
        if (name.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            SafetensorsFile file = SafetensorsFile.Open(path);
            _files.Add(file);
            AddTensors(file.Tensors.Values.Select(tensor => StoredTensor.Of(path, file, tensor)));
        }
        else
        {
            TorchFile file = TorchFile.Open(path);
            _files.Add(file);
            AddTensors(file.Tensors.Select(tensor => StoredTensor.Of(path, file, tensor.Key, tensor.Value)));
        }
    }

    private void AddTensors(IEnumerable<StoredTensor> tensors)
    {
        foreach (StoredTensor tensor in tensors)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException($"'{Folder}': tensor '{tensor.Name}' is in more than one shard. Download the checkpoint again.");
            }
        }
    }

    private void AddShards(string index)
    {
        Dictionary<string, string> shardOf = ReadIndex(index);
        HashSet<string> present = [.. Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)!)]; // ordinal, on every file system
        string end = Path.GetExtension(index[..^IndexEnd.Length]);
        foreach (string shard in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (shard.Length == 0 || shard.AsSpan().IndexOfAnyExcept(PlainName) >= 0 || shard[0] == '.' || !shard.EndsWith(end, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"'{index}' names the shard {SafetensorsHeader.Quote(shard)}, expected a plain file name that ends in {end}, in the same folder.");
            }

            if (!present.Contains(shard))
            {
                throw new FileNotFoundException($"'{index}' names the shard '{shard}', which is not in '{Folder}'. Download it too.", shard);
            }

            CheckLink(index, shard);
            Add(shard);
        }

        foreach ((string name, string shard) in shardOf)
        {
            if (!_tensors.TryGetValue(name, out StoredTensor? tensor) || Path.GetFileName(tensor.Path) != shard)
            {
                throw new InvalidDataException($"'{index}' says that tensor {SafetensorsHeader.Quote(name)} is in '{shard}', which holds none of that name. Download the checkpoint again.");
            }
        }
    }

    // A hub's cache consists of links, and the index is one too: shards may lie where it lies. A link to anywhere else is not followed.
    private void CheckLink(string index, string shard)
    {
        string target = Links.Resolve(Path.Combine(Folder, shard));
        string? home = Path.GetDirectoryName(target);
        if (home != Links.Resolve(Folder) && home != Path.GetDirectoryName(Links.Resolve(index)))
        {
            throw new InvalidDataException($"The shard '{shard}' in '{Folder}' is a link to '{target}', expected a file of the checkpoint's folder. Copy it there.");
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        ConfigReader json = ConfigReader.Load(index);
        ConfigReader map = json.Section("weight_map") ?? throw json.Error("found no 'weight_map', expected the index of a sharded checkpoint.");
        Dictionary<string, string> shards = map.Fields.ToDictionary(
            name => name, name => map.Text(name) ?? throw map.Wrong(name, "the name of a file"), StringComparer.Ordinal);
        return shards.Count > 0 ? shards : throw json.Error("found an empty 'weight_map', expected the file of every tensor.");
    }
}
