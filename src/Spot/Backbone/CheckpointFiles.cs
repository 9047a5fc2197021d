using System.Text.Json;
using Spot.Interop;

namespace Spot.Backbone;

/// <summary>The safetensors files of a checkpoint folder, single or sharded, as one set of tensors.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private readonly List<SafetensorsFile> _files = [];
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
            if (File.Exists(Path.Combine(folder, Single)))
            {
                checkpoint.Add(Single);
            }
            else if (File.Exists(Path.Combine(folder, Index)))
            {
                checkpoint.AddShards(Path.Combine(folder, Index));
            }
            else
            {
                throw NoWeights(folder);
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
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private static FileNotFoundException NoWeights(string folder)
    {
        bool torch = Directory.Exists(folder) && Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any();
        string advice = torch
            ? "The folder holds pytorch_model.bin, which Spot does not read yet: convert it to safetensors."
            : "Download all files of the checkpoint into one folder.";
        return new FileNotFoundException($"No weights in '{folder}': expected {Single} or {Index}. {advice}", Path.Combine(folder, Single));
    }

    private void Add(string name)
    {
        string path = Path.Combine(Folder, name);
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            if (!_tensors.TryAdd(tensor.Name, new StoredTensor(path, file, tensor)))
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
