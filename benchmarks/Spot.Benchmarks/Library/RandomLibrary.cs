using System.Globalization;
using Spot.Library;

namespace Spot.Benchmarks.Library;

/// <summary>Libraries of random records: prompts and task embeddings of one row or of several.</summary>
internal static class RandomLibrary
{
    public const string Backbone = "benchmark";
    public const int Step = 1;

    public static PromptRecord Record(int number, int dim, int length = 1)
    {
        SoftPrompt prompt = Prompt(2 * number, dim, length);
        string id = Id(number);
        PromptInfo info = new()
        {
            Id = id,
            Task = "task-" + id,
            Family = "random",
            BackboneFingerprint = Backbone,
            BackboneName = "none",
            Length = length,
            Dim = dim,
            EmbeddingStep = Step,
            Step = Step,
            Seed = number,
            Metrics = new Dictionary<string, double> { ["accuracy"] = number % 100, ["score"] = number % 100 },
            Created = DateTimeOffset.UnixEpoch,
        };
        return new PromptRecord(info, prompt, new TaskEmbedding(info.Task, Prompt((2 * number) + 1, dim, length), Step) { Start = Prompt(int.MaxValue, dim, length) });
    }

    public static string Id(int number) => "r" + number.ToString("d7", CultureInfo.InvariantCulture);

    public static TaskEmbedding Query(int number, int dim, int length = 1) =>
        new("query", Prompt(-1 - number, dim, length), Step) { Start = Prompt(int.MaxValue, dim, length) };

    /// <summary>Writes a library's records without waiting for the disk, as a copied folder has them; there is no index.</summary>
    public static void Write(string folder, int count, int dim)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, LibraryFolder.HeaderName), LibraryFolder.Header(Backbone));
        Parallel.For(0, count, number =>
        {
            RecordFiles files = RecordFiles.Of(Record(number, dim));
            File.WriteAllBytes(Path.Combine(folder, files.Sidecar.Payload), files.Payload);
            File.WriteAllBytes(Path.Combine(folder, files.Sidecar.Id + LibraryFolder.SidecarExtension), files.Json);
        });
    }

    private static SoftPrompt Prompt(int seed, int dim, int length = 1)
    {
        Random random = new(seed);
        float[] values = new float[length * dim];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.NextDouble() - 0.5);
        }

        return new SoftPrompt(length, dim, values, Backbone);
    }
}
