using System.Globalization;
using Spectre.Console;

namespace Spot.Samples.Quickstart;

/// <summary>What all of it is for: the tuned prompt answers sentences that are in no data file.</summary>
internal static class OwnSentences
{
    /// <summary>For the target <c>books</c>, in the form of its rows.</summary>
    public static readonly string[] OfBooks =
    [
        "sentence: The second half drags on far longer than it should.",
        "sentence: A clockmaker leaves her village and opens a shop by the harbour.",
        "sentence: Nobody has ever written about rain so beautifully.",
        "sentence: The last chapter takes place forty years later.",
    ];

    /// <summary>Classifies sentences and prints every answer with its probability.</summary>
    public static async Task AskAsync(IPromptInference inference, TextTask target, SoftPrompt prompt, IReadOnlyList<string> sentences, CancellationToken cancellationToken)
    {
        PromptRequest[] requests = [.. sentences.Select(sentence => new PromptRequest(sentence) { Prompt = prompt, Labels = target.Labels })];
        IReadOnlyList<ClassificationResult> answers = await inference.ClassifyAsync(requests, cancellationToken: cancellationToken);
        Table table = new Table().Title($"{target.Name}: sentences of one's own").RoundedBorder()
            .AddColumn("sentence").AddColumn("answer").AddColumn(new TableColumn("probability").RightAligned());
        foreach ((string sentence, ClassificationResult answer) in sentences.Zip(answers))
        {
            table.AddRow(Markup.Escape(sentence), Markup.Escape(answer.Label!), (100 * answer.Best.LabelSetProbability).ToString("F1", CultureInfo.InvariantCulture) + " %");
        }

        AnsiConsole.Write(table);
    }
}
