using System.Text.Json;
using Spot.Interop;

namespace Spot.Backbone;

/// <summary>The weight files of a checkpoint folder, safetensors or else PyTorch's, single or sharded, as one set of tensors.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const string Single = "model.safetensors";
    private const string TorchSingle = "pytorch_model.bin";
    private const string IndexEnd = ".index.json";
    private readonly List<IDisposable> _files = [];
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private CheckpointFiles(string folder) => Folder = folder;

    public string Folder { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Opens the files of a folder and reads their headers.</summary>
    /// <exception cref="FileNotFoundException">There are no weights, or a shard is missing.</exception>
    /// <exception cref="InvalidDataException">A header or the index is damaged.</exception>
    public static CheckpointFiles Open(string folder)
    {
        CheckpointFiles checkpoint = new(folder);
        try
        {
            foreach (string single in new[] { Single, TorchSingle })
            {
                if (File.Exists(Path.Combine(folder, single)))
                {
                    checkpoint.Add(single);
                    return checkpoint;
                }

                if (File.Exists(Path.Combine(folder, single + IndexEnd)))
                {
                    checkpoint.AddShards(Path.Combine(folder, single + IndexEnd));
                    return checkpoint;
                }
            }

            throw NoWeights(folder);
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
        foreach (string shard in ReadShardNames(index))
        {
            if (Path.GetFileName(shard) != shard || shard is "" or "." or "..")
            {
                throw new InvalidDataException($"'{index}' names the shard '{shard}', expected a plain file name in the same folder.");
            }

            if (!File.Exists(Path.Combine(Folder, shard)))
            {
                throw new FileNotFoundException($"'{index}' names the shard '{shard}', which is not in '{Folder}'. Download it too.", shard);
            }

            Add(shard);
        }
    }

    private static SortedSet<string> ReadShardNames(string index)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
            SortedSet<string> shards = new(StringComparer.Ordinal);
            foreach (JsonProperty entry in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                shards.Add(entry.Value.GetString() ?? throw new InvalidOperationException($"the shard of '{entry.Name}' is null"));
            }

            return shards;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"'{index}' is no index of a sharded checkpoint (an object with 'weight_map'): {e.Message}", e);
        }
    }
}
