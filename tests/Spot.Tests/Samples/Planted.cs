using Spot.Backbone;
using Spot.Library;
using Spot.Samples.TransferStudy;
using Spot.Tests.Backbone;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Samples;

/// <summary>A planted world of the bundled model, and a library of its teachers whose keys are the tasks' embeddings.</summary>
public sealed class Planted : IAsyncLifetime
{
    private const long Seed = 1;
    private readonly TempFolder _folder = new();
    private readonly T5Backbone _backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
    private readonly Dictionary<string, TaskEmbedding> _embeddings = [];
    private readonly Dictionary<string, Task<TransferResult>> _oracles = [];

    internal IReadOnlyList<PlantedTask> Tasks { get; private set; } = [];

    internal PromptTuner Tuner { get; private set; } = null!;

    internal TaskEmbedder Embedder { get; private set; } = null!;

    internal PromptLibrary Library { get; private set; } = null!;

    /// <summary>Few steps, judged before the first: what a start is worth.</summary>
    public static TuningOptions Options()
    {
        TuningOptions options = TuningOptions.SmallModel();
        (options.PromptLength, options.Steps, options.EvaluateEvery, options.EmbeddingStep) = (PlantedWorld.PromptLength, 6, 3, 6);
        (options.EvaluationMethod, options.EvaluateBeforeTraining, options.Seed) = (EvaluationMethod.Ranking, true, Seed);
        (options.Initialization, options.MaxInputLength) = (PromptInitialization.ClassLabels, 32);
        return options;
    }

    public async ValueTask InitializeAsync()
    {
        Tasks = await new PlantedWorld(_backbone, seed: 1).BuildAsync(PlantedWorld.Clusters, trainRows: 64, heldOutRows: 32, TestContext.Current.CancellationToken);
        Tuner = new PromptTuner(_backbone);
        Embedder = new TaskEmbedder(Tuner);
        Library = PromptLibrary.Open(_folder.Path);
        foreach (string target in new[] { "a0", "b0", "c0" })
        {
            _embeddings[target] = await EmbedAsync(Task(target), Seed);
        }

        // Keys of a's and b's own begin where no embedding of a target does; a0, b0 and c0 are sources as well, each of the other clusters' targets.
        foreach (PlantedTask task in Tasks)
        {
            TaskEmbedding key = _embeddings.TryGetValue(task.Task.Name, out TaskEmbedding? known) ? known : await EmbedAsync(task, Seed + 1);
            PromptInfo info = new()
            {
                Id = task.Task.Name,
                Task = task.Task.Name,
                Family = task.Task.Family,
                Seed = Seed,
                BackboneFingerprint = task.Teacher.BackboneFingerprint,
                Length = task.Teacher.Length,
                Dim = task.Teacher.Dim,
                EmbeddingStep = key.Step,
            };
            await Library.AddAsync(new PromptRecord(info, task.Teacher, key));
        }
    }

    internal PlantedTask Task(string name) => Tasks.Single(task => task.Task.Name == name);

    internal TaskEmbedding Embedding(string target) => _embeddings[target];

    /// <summary>A target from every other task's teacher, once for all tests.</summary>
    internal Task<TransferResult> OracleAsync(string target) => _oracles.TryGetValue(target, out Task<TransferResult>? known)
        ? known
        : _oracles[target] = new Oracle(Tuner, Library).TransferAsync(Task(target).Task, Options());

    /// <summary>The target's score without transfer.</summary>
    internal async Task<double> BaselineAsync(string target) => (await new NoTransfer(Tuner).TransferAsync(Task(target).Task, Options())).Best.Result.BestScore;

    public ValueTask DisposeAsync()
    {
        Library?.Dispose();
        _backbone.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<TaskEmbedding> EmbedAsync(PlantedTask task, long seed)
    {
        TuningOptions options = Options();
        (options.EmbeddingStep, options.Seed, options.Initialization) = (16, seed, PromptInitialization.SampledVocabulary);
        return Embedder.EmbedAsync(task.Task, options, cancellationToken: TestContext.Current.CancellationToken);
    }
}
