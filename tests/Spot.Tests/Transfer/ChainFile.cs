using System.Security.Cryptography;
using System.Text.Json;
using Spot.Backbone;
using Spot.Library;
using Spot.Tests.Backbone;

namespace Spot.Tests.Transfer;

/// <summary>What a chain's file says, as things of the library.</summary>
internal sealed class ChainFile
{
    private readonly Dictionary<string, float[]> _tensors;
    private readonly T5Backbone _backbone;

    public ChainFile(JsonElement json, Dictionary<string, float[]> tensors, T5Backbone backbone)
    {
        (Json, _tensors, _backbone) = (json, tensors, backbone);
        string weights = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(TestModels.SpotTiny, "model.safetensors"))));
        Assert.True(json.GetProperty("model").GetProperty("fingerprint").GetString() == weights, "models/spot-tiny has other weights than Golden/chain was made with: make it anew.");
    }

    public JsonElement Json { get; }

    /// <summary>The runs on source tasks by name.</summary>
    public Dictionary<string, JsonElement> SourceRuns => Runs("source_runs");

    public Dictionary<string, JsonElement> TargetRuns => Runs("target_runs");

    public JsonElement Options => Json.GetProperty("options");

    /// <summary>A tolerance, of the runs from scratch or of those that go on from what others gave.</summary>
    public double Tolerance(bool isTransfer, string name) =>
        Json.GetProperty("tolerance").GetProperty(isTransfer ? "transfer_runs" : "source_and_baseline_runs").GetProperty(name).GetDouble();

    public TextTask Task(string name)
    {
        JsonElement task = Json.GetProperty("tasks").GetProperty(name);
        TextExample[] Rows(string split) =>
            [.. task.GetProperty(split).EnumerateArray().Select(row => new TextExample(row.GetProperty("input").GetString()!, row.GetProperty("target").GetString()!))];
        return new TextTask(name, Labels(name), Rows("train"), Rows("validation"), family: task.GetProperty("family").GetString());
    }

    public string[] Labels(string task) => [.. Json.GetProperty("tasks").GetProperty(task).GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)];

    /// <summary>The recipe of all runs, from a start if it is named.</summary>
    public TuningOptions Recipe(string steps, string? start = null) => new()
    {
        PromptLength = Options.GetProperty("prompt_length").GetInt32(),
        Initialization = PromptInitialization.Text,
        InitialText = start is null ? null : Json.GetProperty("starts").GetProperty(start).GetProperty("text").GetString(),
        BatchSize = Options.GetProperty("batch_size").GetInt32(),
        MicroBatchSize = Options.GetProperty("batch_size").GetInt32(),
        Optimizer = new AdafactorOptions { LearningRate = Options.GetProperty("learning_rate").GetDouble() },
        ZLoss = Options.GetProperty("z_loss").GetDouble(),
        Steps = Options.GetProperty(steps).GetInt32(),
        EvaluateEvery = Options.GetProperty("evaluate_every").GetInt32(),
        EmbeddingStep = Options.GetProperty("embedding_step").GetInt32(),
        EvaluationMethod = EvaluationMethod.Ranking,
        Dropout = 0,
    };

    public SoftPrompt Prompt(string tensor) =>
        new(_tensors[tensor].Length / _backbone.Config.Dim, _backbone.Config.Dim, _tensors[tensor], _backbone.Fingerprint);

    /// <summary>The log-probabilities of the labels at a step, row by row; empty where the file has none.</summary>
    public float[] Scores(string run, int step) => _tensors.GetValueOrDefault($"{run}.scores.{step}", []);

    /// <summary>A run's early checkpoint with its start.</summary>
    /// <param name="kind"><c>source</c> or <c>target</c>.</param>
    /// <param name="name">The run.</param>
    public TaskEmbedding Embedding(string kind, string name)
    {
        JsonElement run = Json.GetProperty(kind + "_runs").GetProperty(name);
        return new TaskEmbedding(run.GetProperty("task").GetString()!, Prompt($"{kind}.{name}.early"), Options.GetProperty("embedding_step").GetInt32())
        {
            Start = Prompt("start." + run.GetProperty("start").GetString()),
        };
    }

    /// <summary>A library of the source prompts as the file has them.</summary>
    public async Task<PromptLibrary> LibraryAsync(string folder, CancellationToken cancellationToken)
    {
        PromptLibrary library = PromptLibrary.Open(folder, _backbone.Fingerprint);
        foreach (string name in SourceRuns.Keys)
        {
            TaskEmbedding embedding = Embedding("source", name);
            SoftPrompt best = Prompt($"source.{name}.best");
            PromptInfo info = new()
            {
                Id = name,
                Task = embedding.Task,
                BackboneFingerprint = best.BackboneFingerprint,
                Length = best.Length,
                Dim = best.Dim,
                EmbeddingStep = embedding.Step,
            };
            await library.AddAsync(new PromptRecord(info, best, embedding), cancellationToken: cancellationToken);
        }

        return library;
    }

    /// <summary>The similarities that the file has, by their names there.</summary>
    public static (PromptSimilarity Similarity, string Name, double Tolerance)[] Similarities { get; } =
    [
        (PromptSimilarity.AverageToken, "average_token", 1e-12), (PromptSimilarity.PerToken, "per_token", 1e-12), (PromptSimilarity.AverageDisplacement, "displacement", 1e-8),
    ];

    private Dictionary<string, JsonElement> Runs(string kind) => Json.GetProperty(kind).EnumerateObject().ToDictionary(run => run.Name, run => run.Value);
}
