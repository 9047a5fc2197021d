using Spot.Tests;

namespace Spot.AspNetCore.Tests;

/// <summary>The bundled model, and records for a library.</summary>
internal static class Models
{
    public static string SpotTiny => Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny");

    /// <summary>A record whose numbers follow from its seed.</summary>
    public static PromptRecord Record(
        string id, int seed = 0, string? fingerprint = null, int dim = 8, string family = "family", bool searchable = true, params string[] labels)
    {
        float[] values = [.. Enumerable.Range(0, 3 * dim).Select(i => (float)Math.Sin((i * (seed + 1)) + seed) / 2)];
        SoftPrompt prompt = new(3, dim, values, fingerprint ?? TestPaths.Fingerprint);
        PromptInfo info = new()
        {
            Id = id,
            Task = "task-of-" + id,
            Family = family,
            BackboneFingerprint = prompt.BackboneFingerprint,
            BackboneName = "spot-tiny",
            Length = prompt.Length,
            Dim = dim,
            Labels = labels,
            MaxInputLength = 64,
            MaxTargetLength = 6,
            Metrics = new Dictionary<string, double> { ["accuracy"] = 91.5 },
            Options = new Dictionary<string, string> { ["Folder"] = "/secret/folder" },
            EmbeddingStep = searchable ? 50 : null,
            Created = DateTimeOffset.UnixEpoch.AddDays(1),
        };
        return new PromptRecord(info, prompt, searchable ? new TaskEmbedding(info.Task, prompt, 50) : null);
    }
}
