using Spot.Backbone;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary>The tests of the tool: one after the other, as it works in the process's folder.</summary>
[CollectionDefinition(Name)]
public sealed class ToolTests : ICollectionFixture<TunedLibrary>
{
    public const string Name = "spot";
}

/// <summary>A library with two prompts that the library itself, not the tool, tuned in few steps.</summary>
public sealed class TunedLibrary : IAsyncLifetime
{
    /// <summary>The recipe as options of the command line.</summary>
    public static readonly string[] Recipe = ["--steps", "4", "--embedding-step", "2", "--max-validation-examples", "10", "--prompt-length", "5", "--precision", "Float32", "--device", "cpu"];

    private readonly string _folder = Directory.CreateTempSubdirectory("spot-test-").FullName;

    /// <summary>The library's folder.</summary>
    public string Folder => Path.Combine(_folder, "prompts");

    /// <summary>The model, in float32 on the CPU.</summary>
    public T5Backbone Backbone { get; } = T5Backbone.Load(Path.Combine(AppContext.BaseDirectory, "models", "spot-tiny"), new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });

    /// <summary>The recipe.</summary>
    public static TuningOptions Options()
    {
        TuningOptions options = TuningOptions.SmallModel();
        (options.Steps, options.EmbeddingStep, options.MaxValidationExamples, options.PromptLength) = (4, 2, 10, 5);
        return options;
    }

    public async ValueTask InitializeAsync()
    {
        using PromptLibrary library = PromptLibrary.Open(Folder);
        foreach (string name in (string[])["books", "films"])
        {
            TextTask task = TaskFolder.Load(Workplace.Task(name));
            await library.AddAsync(PromptRecord.FromTuning(task, await new PromptTuner(Backbone).TuneAsync(task, Options())));
        }
    }

    /// <summary>One of the prompts.</summary>
    public async Task<PromptRecord> PromptAsync(string id)
    {
        using PromptLibrary library = PromptLibrary.Open(Folder);
        return (await library.GetAsync(id))!;
    }

    /// <summary>A copy of the library in the folder that the tool works in, where it looks for one.</summary>
    internal void CopyTo(Workplace place)
    {
        foreach (string file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(place.Folder, "prompts", Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public ValueTask DisposeAsync()
    {
        Backbone.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
