using System.Text.Json;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>What is said of a prompt, against plain formulas on the bundled model's own table.</summary>
public sealed class PromptInspectorTests : ToyTests
{
    private const int Dim = 256;

    [Fact]
    public async Task Nearest_tokens_norms_and_ways_are_those_of_the_formulas()
    {
        SoftPrompt start = Prompt("start", 3), prompt = Prompt("tuned", 3);
        PromptReport report = await new PromptInspector(_backbone).ReportAsync(prompt, new() { Nearest = 4, Start = start }, Cancel);
        double[][] table = Table();
        Assert.Equal((3, Dim, "spot-tiny", 3), (report.Length, report.Dim, report.BackboneName, report.Rows.Count));
        Assert.Equal(table.Average(Norm), report.VocabularyNorm, 1e-4);
        for (int row = 0; row < 3; row++)
        {
            double[] values = Row(prompt, row), before = Row(start, row);
            PromptRowReport found = report.Rows[row];
            Assert.Equal(row, found.Row);
            Assert.Equal(Norm(values), found.Norm, 1e-9);
            Assert.Equal(Distance(values, before), found.Moved!.Value, 1e-9);
            Assert.Equal(Cosine(values, before), found.StartCosine!.Value, 1e-9);
            int[] byCosine = [.. Enumerable.Range(0, table.Length).OrderByDescending(id => Cosine(values, table[id])).Take(4)];
            int[] byDistance = [.. Enumerable.Range(0, table.Length).OrderBy(id => Distance(values, table[id])).Take(4)];
            Assert.Equal(byCosine, found.ByCosine.Select(token => token.Id));
            Assert.Equal(byDistance, found.ByDistance.Select(token => token.Id));
            Assert.All(found.ByCosine.Concat(found.ByDistance), token =>
            {
                Assert.Equal(Cosine(values, table[token.Id]), token.Cosine, 1e-9);
                Assert.Equal(Distance(values, table[token.Id]), token.Distance, 1e-9);
                Assert.Equal(_backbone.Tokenizer.Piece(token.Id), token.Piece);
            });
        }
    }

    [Fact]
    public async Task A_row_that_is_a_token_has_that_token_nearest()
    {
        double[][] table = Table();
        int film = _backbone.Tokenizer.Encode("film", 8)[0], good = _backbone.Tokenizer.Encode("good", 8)[0];
        float[] values = [.. table[film].Select(value => (float)value), .. table[good].Select(value => 2 * (float)value), .. new float[Dim]];
        PromptReport report = await new PromptInspector(_backbone).ReportAsync(new SoftPrompt(3, Dim, values, _backbone.Fingerprint), cancellationToken: Cancel);
        Assert.Equal((film, film), (report.Rows[0].ByCosine[0].Id, report.Rows[0].ByDistance[0].Id));
        Assert.Equal((1, 0), (Math.Round(report.Rows[0].ByCosine[0].Cosine, 9), report.Rows[0].ByDistance[0].Distance));
        Assert.Equal(good, report.Rows[1].ByCosine[0].Id);
        Assert.Equal((1, Math.Round(Norm(table[good]), 6)), (Math.Round(report.Rows[1].ByCosine[0].Cosine, 9), Math.Round(report.Rows[1].ByCosine[0].Distance, 6)));
        Assert.All(report.Rows[2].ByCosine, token => Assert.Equal(0, token.Cosine)); // a zero row is like nothing
        Assert.Equal((0, 5), (report.Rows[2].Norm, report.Rows[2].ByDistance.Count));
        Assert.Null(report.Rows[0].Moved);
    }

    [Fact]
    public async Task Rows_are_tried_by_what_they_were_at_the_start()
    {
        TextTask toy = Toy.Task();
        TuningOptions options = Toy.Options(40);
        (options.PromptLength, options.EmbeddingStep, options.Seed) = (3, 40, 4);
        TuningResult tuned = await new PromptTuner(_backbone).TuneAsync(toy, options, cancellationToken: Cancel);
        SoftPrompt prompt = tuned.Final, start = tuned.Embedding!.Start!;
        PromptReportOptions asked = new() { Start = start, Task = toy, Examples = toy.Train, Evaluation = options.ToEvaluationOptions() };
        PromptReport report = await new PromptInspector(_backbone).ReportAsync(prompt, asked, Cancel);
        PromptEvaluator evaluator = new(_backbone);
        Assert.Equal("toy", report.Task);
        Assert.Equal((await evaluator.EvaluateAsync(prompt, toy, toy.Train, asked.Evaluation, Cancel)).Score, report.Score);
        for (int row = 0; row < 3; row++)
        {
            float[] values = [.. Enumerable.Range(0, 3).SelectMany(i => (i == row ? start : prompt).Row(i).ToArray())];
            SoftPrompt without = new(3, Dim, values, _backbone.Fingerprint);
            Assert.Equal((await evaluator.EvaluateAsync(without, toy, toy.Train, asked.Evaluation, Cancel)).Score, report.Rows[row].ScoreWithoutRow);
        }

        Assert.Contains(report.Rows, row => row.ScoreWithoutRow != report.Score); // the tuned rows do something
        string text = report.ToString();
        Assert.StartsWith($"a prompt of 3 x 256 on spot-tiny, toy: score {ResultText.Score(report.Score!.Value)}{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Contains("score without", text, StringComparison.Ordinal);
        Assert.Contains(report.Rows[1].ByCosine[0].Piece, text, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal(report.Rows[2].ScoreWithoutRow, json.GetProperty("rows")[2].GetProperty("scoreWithoutRow").GetDouble());
        Assert.Equal(report.Rows[0].ByDistance[1].Id, json.GetProperty("rows")[0].GetProperty("byDistance")[1].GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task What_cannot_be_reported_is_refused()
    {
        PromptInspector inspector = new(_backbone);
        SoftPrompt prompt = Prompt("tuned", 3);
        foreach ((PromptReportOptions options, string expected) in new (PromptReportOptions, string)[]
        {
            (new() { Nearest = 0 }, "Nearest is 0"),
            (new() { Task = Toy.Task() }, "Start is null"),
            (new() { Start = Prompt("start", 2) }, "its start 2 x 256"),
        })
        {
            Assert.Contains(expected, (await Assert.ThrowsAsync<ArgumentException>(() => inspector.ReportAsync(prompt, options, Cancel))).Message, StringComparison.Ordinal);
        }

        SoftPrompt other = new(3, Dim, prompt.Values.Span, "another");
        await Assert.ThrowsAsync<SpotException>(() => inspector.ReportAsync(other, cancellationToken: Cancel));
        await Assert.ThrowsAsync<SpotException>(() => inspector.ReportAsync(prompt, new() { Start = other }, Cancel));
        await Assert.ThrowsAsync<SpotException>(() => inspector.ActivatedNeuronsAsync(other, Cancel));
    }

    [Fact]
    public async Task Activated_neurons_are_those_of_plain_formulas()
    {
        string folder = Path.Combine(_folder.Path, "random");
        RandomCheckpoint.Write(folder);
        using T5Backbone backbone = T5Backbone.Load(folder, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
        SoftPrompt[] prompts = [.. new[] { "one", "other" }.Select(name => new SoftPrompt(4, 32, NumberStream.Uniform(name, 4 * 32, 2), backbone.Fingerprint))];
        ActivatedNeurons[] found = new ActivatedNeurons[2];
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        PlainDecoderStep plain = new(file, dim: 32, heads: 2, layers: 2);
        for (int i = 0; i < 2; i++)
        {
            found[i] = await new PromptInspector(backbone).ActivatedNeuronsAsync(prompts[i], Cancel);
            double[][] memory = [.. backbone.Model.Run(() => Memory(backbone.Model, prompts[i])).Chunk(32)];
            double[][] gates = plain.Gates(start: 0, memory);
            Assert.Equal((2, 64, backbone.Fingerprint), (found[i].Layers, found[i].PerLayer, found[i].BackboneFingerprint));
            Assert.Equal(gates.SelectMany(layer => layer).Select(gate => gate > 0), Enumerable.Range(0, 128).Select(n => found[i][n / 64, n % 64]));
        }

        Assert.InRange(found[0].Overlap(found[1]), 0.1, 0.999);
    }

    // The encoder's states of the prompt and the empty text; the encoder is tested elsewhere.
    private static double[] Memory(FrozenT5 model, SoftPrompt prompt)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor rows = PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, model.Device);
        return [.. TestModels.Floats(model.Encode(rows, new TokenBatch([[1]], 0, model.Device)).States).Select(value => (double)value)];
    }

    private SoftPrompt Prompt(string name, int rows) => new(rows, Dim, NumberStream.Uniform(name, rows * Dim, 2), _backbone.Fingerprint);

    // The ids that the vocabulary has; the table may have more rows.
    private double[][] Table()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(TestModels.SpotTiny, "model.safetensors"));
        return [.. file.ReadFloats("shared.weight").Chunk(Dim).Take(_backbone.Tokenizer.VocabularySize).Select(row => row.Select(value => (double)value).ToArray())];
    }

    private static double[] Row(SoftPrompt prompt, int row) => [.. prompt.Row(row).ToArray().Select(value => (double)value)];

    private static double Norm(double[] a) => Math.Sqrt(a.Sum(value => value * value));

    private static double Cosine(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / (Norm(a) * Norm(b));

    private static double Distance(double[] a, double[] b) => Norm([.. a.Zip(b, (x, y) => x - y)]);
}
