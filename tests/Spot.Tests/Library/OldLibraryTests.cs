using System.Security.Cryptography;
using Spot.Library;
using Spot.Serialization;

namespace Spot.Tests.Library;

/// <summary>A folder as the first version wrote it: no index, no lock, sidecars with fewer fields.</summary>
public class OldLibraryTests
{
    [Fact]
    public async Task It_is_read_searched_and_added_to()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using TempFolder folder = new();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "library.json"), "{\n  \"format\": 1,\n  \"backbone\": \"backbone-one\"\n}", token);
        foreach (string id in new[] { "films-0", "films-1" })
        {
            await WriteAsync(folder.Path, id, token);
        }

        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Empty(library.Problems);
        Assert.Equal(["films-0", "films-1"], await library.ListAsync(token).Select(info => info.Id).ToListAsync(token));
        PromptRecord record = (await library.GetAsync("films-0", token))!;
        Assert.Equal(("films", 50, 180, 0L, 88.0), (record.Info.Task, record.Info.EmbeddingStep, record.Info.Step, record.Info.Seed, record.Info.Metrics["score"]));
        Assert.Equal((null, null, 0), (record.Info.BackboneName, record.Info.License, record.Info.Options.Count));
        Assert.Equal((0, null, null, null), (record.Info.Labels.Count, record.Info.MaxInputLength, record.Info.MaxTargetLength, record.Info.EvaluationMethod));
        Assert.Null(record.Info.CalibrationTemperature);
        Assert.Equal(2, (await library.SearchAsync(record.Embedding!, new() { K = 9 }, token)).Count);
        await library.AddAsync(Samples.Record("new", step: 50), cancellationToken: token);
        TaskEmbedding query = Samples.Query("q", 50);
        foreach (PromptLibrary opened in new[] { library, PromptLibrary.Open(folder.Path), PromptLibrary.Open(folder.Path, null, fewRecords: 0) })
        {
            IReadOnlyList<PromptMatch> found = await opened.SearchAsync(record.Embedding!, new() { K = 9 }, token);
            Assert.Equal(3, found.Count);
            Assert.Equal("films-0", found[0].Info.Id);
            Assert.All(found, match => Assert.Equal(PromptSimilarity.AverageToken, match.ComparedBy)); // this version kept no starts

            // Behind those whose start is known, in their own order.
            found = await opened.SearchAsync(query, new() { K = 9 }, token);
            PromptRecord[] old = [record, (await library.GetAsync("films-1", token))!];
            Assert.Equal(["new", .. Samples.Ranking(old, query, PromptSimilarity.AverageDisplacement).Select(one => one.Id)], found.Select(match => match.Info.Id));
            Assert.Equal([PromptSimilarity.AverageDisplacement, PromptSimilarity.AverageToken, PromptSimilarity.AverageToken], found.Select(match => match.ComparedBy));
        }
    }

    private static async Task WriteAsync(string folder, string id, CancellationToken token)
    {
        float[] prompt = NumberStream.Uniform(id + "/prompt", 3 * 8, 10), embedding = NumberStream.Uniform(id + "/embedding", 3 * 8, 10);
        using MemoryStream stream = new();
        SafetensorsWriter.Write(
            stream,
            [SafetensorsEntry.FromFloats("prompt", [3, 8], prompt), SafetensorsEntry.FromFloats("embedding", [3, 8], embedding)],
            new Dictionary<string, string> { ["backbone"] = "backbone-one" });
        string hash = Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{id}.{hash[..12]}.safetensors"), stream.ToArray(), token);
        string sidecar = $$"""
            {
              "format": 1,
              "id": "{{id}}",
              "task": "films",
              "family": "sentiment",
              "backbone": "backbone-one",
              "length": 3,
              "dim": 8,
              "embeddingStep": 50,
              "step": 180,
              "seed": 0,
              "metrics": { "accuracy": 88, "score": 88 },
              "lineage": [],
              "created": "2026-01-31T12:00:00+00:00",
              "note": null,
              "payload": "{{id}}.{{hash[..12]}}.safetensors",
              "sha256": "{{hash}}"
            }
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, id + ".json"), sidecar, token);
    }
}
