using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spot.Backbone;

namespace Spot.Samples.Pretrain;

/// <summary>The model card that lies beside a checkpoint: what it is, what it was trained on under which licences, how, and how well.</summary>
/// <param name="data">The folder of data sets, whose <c>meta.json</c> files name the licences.</param>
/// <param name="used">The names of the data sets that were read.</param>
internal sealed class Card(string data, IEnumerable<string> used)
{
    /// <summary>Writes <c>README.md</c> into the checkpoint's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">The architecture.</param>
    /// <param name="recipe">How it was trained.</param>
    /// <param name="start">What the weights began at.</param>
    public void Write(string folder, T5Config config, ModelTuningOptions recipe, string start)
    {
        StringBuilder text = new();
        Line(text, $"# {Path.GetFileName(folder)}: a tiny T5 v1.1 that takes prompts\n");
        Line(text, $"| | |\n| --- | --- |");
        Line(text, $"| architecture | {config.EncoderLayers} encoder and {config.DecoderLayers} decoder layers, d_model {config.Dim}, {config.Heads} heads × {config.HeadDim}, d_ff {config.FeedForwardDim}, {config.VocabularySize:N0} tokens; bfloat16 |");
        Line(text, $"| begun at | {start} |");
        Line(text, $"| training | {recipe.Steps:N0} steps of {recipe.BatchSize} examples, the last {recipe.DecaySteps:N0} with a falling rate; Muon and AdamW at {recipe.Optimizer.LearningRate} of each parameter's size |");
        Line(text, $"| longest input | {recipe.MaxInputLength} tokens, behind up to {recipe.TaskPromptLength} prompt rows |");
        Line(text, $"| log | `training.json` |\n");
        Line(text, $"Trained by Spot, `samples/Pretrain`.\n\n## Data\n\nLicences as the copies state them; in brackets what is said of the original, unchecked.\n\n| data set | licence |\n| --- | --- |");
        foreach (string name in used.Order(StringComparer.Ordinal))
        {
            foreach ((string part, string licence) in Licences(name))
            {
                Line(text, $"| {part} | {licence} |");
            }
        }

        File.WriteAllText(Path.Combine(folder, "README.md"), text.ToString());
    }

    // Of a data set one, of a corpus one for each of its files.
    private IEnumerable<(string Part, string License)> Licences(string name)
    {
        string path = Path.Combine(data, name, "meta.json");
        JsonNode? meta = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null;
        if (meta?["parts"] is JsonArray parts)
        {
            return parts.Select(part => ($"{name}/{part!["file"]}", $"{part["licence"]}"));
        }

        string upstream = meta?["licence_upstream_unchecked"] is { } said ? $" [{said}]" : "";
        return [(name, $"{meta?["licence"]?.ToString() ?? "not stated"}{upstream}")];
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
