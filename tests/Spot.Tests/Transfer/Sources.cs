using Spot.Library;

namespace Spot.Tests.Transfer;

/// <summary>A library of source prompts whose task embeddings lie on a circle, so that their order by similarity is known.</summary>
internal static class Sources
{
    public const int Step = 100;
    private const string Backbone = "fake";

    public static TextTask Target { get; } = new("target", [], [new TextExample("a", "b")], [new TextExample("c", "d")]);

    /// <summary>The embedding at an angle. Prompts at 0 degrees are most similar to <c>Embedding(0)</c>.</summary>
    public static TaskEmbedding Embedding(double degrees)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        return new TaskEmbedding("query", new SoftPrompt(1, 2, [(float)cos, (float)sin], Backbone), Step) { Start = new SoftPrompt(1, 2, [0, 0], Backbone) };
    }

    /// <summary>A library; every source's prompt is one row of its own angle twice, so that a test can tell whose it is.</summary>
    public static async Task<PromptLibrary> LibraryAsync(TempFolder folder, params (string Id, double? Degrees)[] sources)
    {
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        foreach ((string id, double? degrees) in sources)
        {
            SoftPrompt value = new(1, 2, [(float)(degrees ?? -1), (float)(degrees ?? -1)], Backbone);
            PromptInfo info = new() { Id = id, Task = id, BackboneFingerprint = Backbone, Length = 1, Dim = 2, EmbeddingStep = degrees is null ? null : Step };
            await library.AddAsync(new PromptRecord(info, value, degrees is { } angle ? Embedding(angle) with { Task = id } : null), cancellationToken: TestContext.Current.CancellationToken);
        }

        return library;
    }

    /// <summary>The angle that a source's prompt carries.</summary>
    public static double Angle(SoftPrompt? prompt) => prompt!.Values.Span[0];
}
