using Spot.Similarity;

namespace Spot.Tests.Library;

/// <summary>Small records.</summary>
internal static class Samples
{
    internal const string Backbone = "backbone-one";

    internal static SoftPrompt Prompt(string name, int length = 3, int dim = 8, string backbone = Backbone) =>
        new(length, dim, NumberStream.Uniform(name, length * dim, 10), backbone);

    internal static PromptRecord Record(string id, string? content = null, int? step = 100, string backbone = Backbone, int dim = 8, bool hasStart = true)
    {
        SoftPrompt prompt = Prompt((content ?? id) + "/prompt", dim: dim, backbone: backbone);
        TaskEmbedding? embedding = step is int at
            ? new TaskEmbedding("task of " + id, Prompt((content ?? id) + "/embedding", dim: dim, backbone: backbone), at)
            {
                Start = hasStart ? Prompt((content ?? id) + "/start", dim: dim, backbone: backbone) : null,
            }
            : null;
        PromptInfo info = new()
        {
            Id = id,
            Task = "task of " + id,
            Family = "samples",
            BackboneFingerprint = backbone,
            BackboneName = "t5-of-samples",
            Length = prompt.Length,
            Dim = prompt.Dim,
            EmbeddingStep = step,
            Step = 250,
            Seed = -7,
            Options = new Dictionary<string, string> { ["Steps"] = "250", ["Optimizer.LearningRate"] = "0.3" },
            License = "CC BY 4.0",
            Metrics = new Dictionary<string, double> { ["accuracy"] = 100.0 / 3, ["f1"] = 0 },
            Lineage = ["parent.one", "parent-two"],
            Labels = ["yes", "no"],
            MaxInputLength = 96,
            MaxTargetLength = 16,
            EvaluationMethod = EvaluationMethod.RankingPerToken,
            CalibrationTemperature = 100.0 / 73,
            Created = new DateTimeOffset(2024, 2, 29, 23, 59, 58, 123, TimeSpan.FromHours(5.5)).AddTicks(4567),
            Note = "\"Grüße\" 中 <b>\n\u2028 😀",
        };
        return new PromptRecord(info, prompt, embedding);
    }

    internal static TaskEmbedding Query(string name, int step = 100, int dim = 8, string backbone = Backbone) =>
        new("query", Prompt(name, dim: dim, backbone: backbone), step) { Start = Prompt(name + "/start", dim: dim, backbone: backbone) };

    /// <summary>How a query and a key are compared: as asked for, or as they are where that is of displacements and one has no start.</summary>
    internal static (PromptSimilarity By, double Similarity) Compare(TaskEmbedding key, TaskEmbedding query, PromptSimilarity similarity)
    {
        PromptSimilarity by = key.Start is not null && query.Start is not null ? similarity : similarity switch
        {
            PromptSimilarity.AverageDisplacement => PromptSimilarity.AverageToken,
            PromptSimilarity.PerTokenDisplacement => PromptSimilarity.PerToken,
            _ => similarity,
        };
        return (by, PromptCosine.Compare(key, query, by));
    }

    /// <summary>What comparing one by one gives: first what is compared as asked for.</summary>
    internal static (string Id, double Similarity)[] Ranking(IEnumerable<PromptRecord> records, TaskEmbedding query, PromptSimilarity similarity) =>
    [
        .. records
            .Where(record => record.Embedding?.Step == query.Step)
            .Select(record => (record.Info.Id, Found: Compare(record.Embedding!, query, similarity)))
            .OrderByDescending(pair => pair.Found.By == similarity).ThenByDescending(pair => pair.Found.Similarity).ThenBy(pair => pair.Id, StringComparer.Ordinal)
            .Select(pair => (pair.Id, pair.Found.Similarity)),
    ];

    internal static (string Id, double Similarity)[] Ranking(IReadOnlyList<PromptMatch> found) => [.. found.Select(match => (match.Info.Id, match.Similarity))];

    internal static void AssertEqual(PromptRecord expected, PromptRecord? found)
    {
        Assert.NotNull(found);
        AssertEqual(expected.Info, found.Info);
        AssertEqual(expected.Prompt, found.Prompt);
        Assert.Equal(expected.Embedding is null, found.Embedding is null);
        if (expected.Embedding is not null)
        {
            Assert.Equal(expected.Embedding.Step, found.Embedding!.Step);
            Assert.Equal(expected.Embedding.Task, found.Embedding.Task);
            AssertEqual(expected.Embedding.Prompt, found.Embedding.Prompt);
            Assert.Equal(expected.Embedding.Start is null, found.Embedding.Start is null);
            AssertEqual(expected.Embedding.Start ?? expected.Embedding.Prompt, found.Embedding.Start ?? found.Embedding.Prompt);
        }
    }

    internal static void AssertEqual(PromptInfo expected, PromptInfo found)
    {
        Assert.Equal(expected.Metrics, found.Metrics);
        Assert.Equal(expected.Lineage, found.Lineage);
        Assert.Equal(expected.Options, found.Options);
        Assert.Equal(expected.Labels, found.Labels);
        Assert.Equal(expected.Created.Offset, found.Created.Offset);
        Assert.Equal(expected with { Metrics = found.Metrics, Lineage = found.Lineage, Options = found.Options, Labels = found.Labels }, found);
    }

    private static void AssertEqual(SoftPrompt expected, SoftPrompt found)
    {
        Assert.Equal((expected.Length, expected.Dim, expected.BackboneFingerprint), (found.Length, found.Dim, found.BackboneFingerprint));
        Assert.Equal(expected.Values.ToArray(), found.Values.ToArray());
    }
}
