using System.Text.Json;
using Spot.Backbone;
using Spot.Tests.Backbone;

namespace Spot.Tests.Transfer;

/// <summary>A whole study that another implementation computed: its tasks, options and numbers, and the model that they are of.</summary>
public sealed class Chain : IDisposable
{
    private readonly Lazy<T5Backbone> _backbone = new(
        () => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 }));

    private readonly Dictionary<string, (JsonElement Json, Dictionary<string, float[]> Tensors)> _files = [];

    internal T5Backbone Backbone => _backbone.Value;

    /// <summary>The folders that hold one; of equal ones the first.</summary>
    internal static IEnumerable<string> Folders => GoldenData.Folders("chain").DistinctBy(folder => File.ReadAllText(Path.Combine(folder, "golden.json")));

    internal ChainFile Open(string folder)
    {
        if (!_files.TryGetValue(folder, out (JsonElement Json, Dictionary<string, float[]> Tensors) file))
        {
            _files[folder] = file = (GoldenData.Json(Path.Combine(folder, "golden.json")), GoldenData.Tensors(Path.Combine(folder, "golden.safetensors")));
        }

        return new ChainFile(file.Json, file.Tensors, Backbone);
    }

    public void Dispose()
    {
        if (_backbone.IsValueCreated)
        {
            Backbone.Dispose();
        }
    }
}
