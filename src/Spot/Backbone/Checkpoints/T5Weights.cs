using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The tensors of a T5 by their names in the file.</summary>
/// <remarks>
/// On the CPU, tensors that are stored in the type they are used in are views of the mapped file and take no memory of their own;
/// the others are converted one at a time.
/// </remarks>
internal sealed class T5Weights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;

    private readonly Tensor? _narrowHead;

    /// <param name="tensors">By name.</param>
    /// <param name="config">The architecture.</param>
    /// <param name="fingerprint">Of what is stored.</param>
    /// <param name="narrowHead">The output projection in the type of the blocks' matrices, where it is kept in both.</param>
    internal T5Weights(Dictionary<string, Tensor> tensors, T5Config config, string fingerprint, Tensor? narrowHead = null)
    {
        _tensors = tensors;
        _narrowHead = narrowHead;
        Epsilon = config.NormEpsilon;
        Fingerprint = fingerprint;
    }

    /// <summary>SHA-256 over the stored tensors and the parts of the configuration that decide what they compute.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// ε of the norms. Scalars are made once and kept: TorchSharp lets the garbage collector free a temporary one while native code reads it.
    /// </summary>
    public Scalar Epsilon { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public Tensor this[string name] => _tensors[name];

    /// <summary>The output projection: the file's own, else the token embeddings. // [vocabulary, d]</summary>
    public Tensor Head => _tensors.TryGetValue(T5Layout.Head, out Tensor? head) ? head : _tensors[T5Layout.Shared];

    /// <summary>
    /// The output projection as decoding reads it, in the type of the blocks' matrices: half the bytes in bfloat16, and the same numbers where the file
    /// holds that type. Sums are float32. // [vocabulary, d]
    /// </summary>
    public Tensor DecodingHead => _narrowHead ?? Head;

    /// <summary>Loads a checkpoint folder. Where that fails or is cancelled, what was loaded is freed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="device">Where the weights are wanted.</param>
    /// <param name="type">What they are wanted in.</param>
    /// <param name="progress">Told before the first tensor and after each, on this thread; null for none.</param>
    /// <param name="cancellationToken">Checked before every tensor, and within large ones.</param>
    /// <exception cref="FileNotFoundException">Weights are missing.</exception>
    /// <exception cref="InvalidDataException">Tensors are missing, unexpected, misshapen or damaged; all are named.</exception>
    public static T5Weights Load(
        string folder, T5Config config, Device device, ScalarType type, IProgress<BackboneLoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using CheckpointFiles files = CheckpointFiles.Open(folder);
        List<(string Name, StoredTensor Stored)> plan = Plan(files, config);
        long total = plan.Sum(entry => entry.Stored.ByteCount), read = 0;
        string head = plan.Any(entry => entry.Name == T5Layout.Head) ? T5Layout.Head : T5Layout.Shared;
        using WeightsHash hash = new(config);
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        Dictionary<(string, ScalarType), Tensor> maps = [];
        Tensor? narrowHead = null;
        try
        {
            progress?.Report(new BackboneLoadProgress(0, total));
            using (no_grad())
            {
                foreach ((string name, StoredTensor stored) in plan.OrderBy(entry => entry.Name, StringComparer.Ordinal))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hash.Append(name, stored, cancellationToken);
                    ScalarType target = KeepsFloat(name, plan) ? ScalarType.Float32 : type;
                    tensors[name] = stored.Load(maps, target, device, mayStayMapped: stored.StoredType() == type);
                    if (target != type && name == head && device.type == DeviceType.CPU)
                    {
                        narrowHead = stored.Load(maps, type, device, mayStayMapped: stored.StoredType() == type);
                    }

                    read += stored.ByteCount;
                    progress?.Report(new BackboneLoadProgress(read, total));
                }
            }

            return new T5Weights(tensors, config, hash.Fingerprint(), narrowHead);
        }
        catch
        {
            DisposeAll(tensors.Values);
            narrowHead?.Dispose();
            throw;
        }
        finally
        {
            DisposeAll(maps.Values); // the views keep the mapping alive
        }
    }

    public void Dispose()
    {
        DisposeAll(_tensors.Values);
        _narrowHead?.Dispose();
    }

    private static void DisposeAll(IEnumerable<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            tensor.Dispose();
        }
    }

    // Norms and the output projection are small parts that decide precision: scores that are learned from are computed in float32 always.
    private static bool KeepsFloat(string name, List<(string Name, StoredTensor Stored)> plan) =>
        name.EndsWith("layer_norm.weight", StringComparison.Ordinal) || name == T5Layout.Head
        || (name == T5Layout.Shared && plan.All(entry => entry.Name != T5Layout.Head))
        || name.EndsWith("relative_attention_bias.weight", StringComparison.Ordinal);

    private static List<(string Name, StoredTensor Stored)> Plan(CheckpointFiles files, T5Config config)
    {
        Dictionary<string, long[]> expected = T5Layout.Required(config).ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        expected[T5Layout.Head] = [config.VocabularySize, config.Dim];
        List<(string Name, StoredTensor Stored)> plan = [];
        List<string> problems = [];
        foreach ((string name, long[] shape) in expected)
        {
            string key = name == T5Layout.Shared && !files.Tensors.ContainsKey(name)
                ? T5Layout.SharedAliases.FirstOrDefault(files.Tensors.ContainsKey) ?? name : name;
            if (!files.Tensors.TryGetValue(key, out StoredTensor? found))
            {
                if (name != T5Layout.Head)
                {
                    problems.Add($"missing {name} [{string.Join(", ", shape)}]");
                }
            }
            else if (!found.Shape.SequenceEqual(shape))
            {
                problems.Add($"{name} is [{string.Join(", ", found.Shape.ToArray())}], expected [{string.Join(", ", shape)}]");
            }
            else
            {
                plan.Add((name, found));
            }
        }

        IEnumerable<string> known = expected.Keys.Concat(T5Layout.SharedAliases).Concat(T5Layout.Strays);
        problems.AddRange(files.Tensors.Keys.Except(known, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => $"unexpected {name}"));
        return problems.Count == 0 ? plan : throw Mismatch(files.Folder, problems);
    }

    private static InvalidDataException Mismatch(string folder, List<string> problems)
    {
        const int shown = 12;
        string more = problems.Count > shown ? $"; and {problems.Count - shown} more" : "";
        return new InvalidDataException(
            $"The weights in '{folder}' do not fit its config.json: {string.Join("; ", problems.Take(shown))}{more}. " +
            "Both files must be of the same T5 encoder-decoder checkpoint.");
    }
}
