using System.CommandLine;
using System.Globalization;
using Spot.Backbone;
using Spot.Inference;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot predict</c>: answers texts by a prompt, with labels and their probabilities or with text.</summary>
internal sealed class PredictCommand : ToolCommand
{
    // As many as are sent to the model at once; people who type are answered line by line.
    private const int Together = 256;

    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly PromptChoice _prompt;
    private readonly TextRows _texts = new();
    private readonly Option<string[]> _labels = new("--labels") { HelpName = "LABEL", Description = "The labels to choose among [default: those of the prompt's task; without any the answer is written]", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _generate = new("--generate") { Description = "Write the answer though there are labels" };
    private readonly LibraryOptions _classification = LibraryOptions.Of<ClassificationOptions>(nameof(ClassificationOptions.Temperature));
    private readonly LibraryOptions _generation = LibraryOptions.Of<GenerationOptions>(nameof(GenerationOptions.LogProbabilities));

    public PredictCommand(Terminal terminal)
        : base("predict", "Answer texts by a prompt: labels with probabilities, or text.", terminal)
    {
        _prompt = new PromptChoice(_library);
        Add(_prompt);
        Add(_texts);
        Options.Add(_labels);
        Options.Add(_generate);
        Add(_library);
        Add(_model);
        Add(_classification);
        Add(_generation);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        ClassificationOptions classification = new();
        GenerationOptions generation = new();
        _classification.Apply(call.Parsed, classification);
        _generation.Apply(call.Parsed, generation);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        (SoftPrompt? prompt, PromptInfo? info) = await _prompt.ReadAsync(call, backbone, cancellationToken);
        using PromptLibrary? library = info is null ? null : _library.OpenExisting(call, backbone.Fingerprint);
        await using PromptInference inference = new(backbone, library, logger: call.Log<PromptInference>());
        string[] labels = call.Parsed.GetValue(_labels) ?? [];
        bool classifies = !call.Parsed.GetValue(_generate) && (labels.Length > 0 || info?.Labels.Count > 0);

        int answered = 0;
        call.WhenInterrupted = "What was answered is written.";
        await foreach (string[] texts in _texts.ReadAsync(call, cancellationToken).Chunk(call.Terminal.IsInTerminal ? 1 : Together).WithCancellation(cancellationToken))
        {
            PromptRequest[] requests = [.. texts.Select(text => new PromptRequest(text, info?.Id) { Prompt = info is null ? prompt : null, Labels = labels.Length > 0 ? labels : null })];
            if (classifies)
            {
                Write(call, texts, await inference.ClassifyAsync(requests, classification, cancellationToken));
            }
            else
            {
                Write(call, texts, await inference.GenerateAsync(requests, generation, cancellationToken));
            }

            await call.Terminal.Out.FlushAsync(cancellationToken);
            answered += texts.Length;
        }

        call.Tell(FormattableString.Invariant($"{answered} {(answered == 1 ? "text" : "texts")} answered by {_prompt.Name(call.Parsed)} on {backbone.Name}."));
        call.Tell($"Next: spot serve{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }

    private static void Write(Call call, string[] texts, IReadOnlyList<ClassificationResult> answers)
    {
        foreach ((string text, ClassificationResult answer) in texts.Zip(answers))
        {
            call.Terminal.Out.WriteLine(call.Json
                ? ResultJson.Line(new
                {
                    input = text,
                    label = answer.Label,
                    probability = answer.Best.LabelSetProbability,
                    probabilities = answer.Labels.ToDictionary(label => label.Label, label => label.LabelSetProbability),
                    cutTokens = answer.CutTokens > 0 ? answer.CutTokens : (int?)null,
                })
                : string.Join('\t', answer.Label ?? "?", (100 * answer.Best.LabelSetProbability).ToString("F1", CultureInfo.InvariantCulture) + " %", text));
        }
    }

    private static void Write(Call call, string[] texts, IReadOnlyList<GenerationResult> answers)
    {
        foreach ((string text, GenerationResult answer) in texts.Zip(answers))
        {
            string[] outputs = [.. answer.Outputs.Select(output => output.Text)];
            call.Terminal.Out.WriteLine(call.Json
                ? ResultJson.Line(new { input = text, text = answer.Text, outputs = outputs.Length > 1 ? outputs : null, cutTokens = answer.CutTokens > 0 ? answer.CutTokens : (int?)null })
                : string.Join('\t', [.. outputs, text]));
        }
    }
}
