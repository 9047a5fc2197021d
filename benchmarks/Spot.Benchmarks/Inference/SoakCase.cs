namespace Spot.Benchmarks.Inference;

/// <summary>One kind of request with its text, prompt and options: equal cases have equal answers.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Text">The text.</param>
/// <param name="Prompt">Which of the prompts; −1 for the bare model, and −2 for the one of the library that is replaced.</param>
/// <param name="Options">How an answer is decoded; null where none is written.</param>
internal sealed record SoakCase(SoakKind Kind, string Text, int Prompt, GenerationOptions? Options)
{
    /// <summary>The prompt that is replaced during the run.</summary>
    public const int Replaced = -2;

    private static readonly string[] Labels = ["fact", "opinion", "positive", "negative", "not at all"];

    private static readonly string[] Words =
        ["The", "bridge", "is", "long", "and", "lovely", "boats", "turn", "all", "day", "harbour", "loud", "nine", "metres", "a", "quiet", "film", "of", "rain"];

    /// <summary>A case that an index and a seed decide.</summary>
    public static SoakCase Of(long seed, int index, int prompts)
    {
        SplitMix64 random = SplitMix64.For("soak case", seed, index);
        SoakKind kind = (SoakKind)(index % Enum.GetValues<SoakKind>().Length);
        string text = Sentence(ref random);
        return new SoakCase(kind, text, random.Next(prompts + 2) - 2, OptionsOf(kind, ref random));
    }

    /// <summary>A text of 1 to 40 words.</summary>
    public static string Sentence(ref SplitMix64 random)
    {
        string[] words = new string[1 + random.Next(40)];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Words[random.Next(Words.Length)];
        }

        return $"sentence: {string.Join(' ', words)}.";
    }

    /// <summary>Sends it and waits for the answer.</summary>
    public async Task<SoakAnswer> AskAsync(IPromptInference inference, string? promptId, SoftPrompt? prompt, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        PromptRequest request = new(Text, promptId) { Prompt = prompt, Labels = Labels, Timeout = timeout };
        switch (Kind)
        {
            case SoakKind.Classify:
                ClassificationResult chosen = await inference.ClassifyAsync(request, null, cancellationToken);
                return new SoakAnswer("", [.. chosen.Labels.SelectMany(label => new[] { label.LabelSetProbability, label.LogProbability })]);
            case SoakKind.Score:
                return new SoakAnswer("", [.. (await inference.ScoreAsync(request, Labels[1..4], cancellationToken)).Targets.Select(target => target.LogProbability)]);
            case SoakKind.Embed:
                return new SoakAnswer("", [.. (await inference.EmbedAsync(request, cancellationToken)).Values.ToArray()]);
            case SoakKind.Streamed:
                string told = "";
                await foreach (GenerationUpdate update in inference.GenerateStreamingAsync(request, Options, cancellationToken))
                {
                    told += update.Text;
                }

                return new SoakAnswer(told, []);
            default:
                GenerationResult written = await inference.GenerateAsync(request, Options, cancellationToken);
                return new SoakAnswer(string.Join(" | ", written.Outputs.Select(output => output.Text)), [.. written.Outputs.Select(output => output.Score ?? 0)]);
        }
    }

    private static GenerationOptions? OptionsOf(SoakKind kind, ref SplitMix64 random) => kind switch
    {
        SoakKind.Greedy or SoakKind.Streamed => new GenerationOptions { MaxNewTokens = 1 + random.Next(24) },
        SoakKind.Drawn => new GenerationOptions { MaxNewTokens = 1 + random.Next(16), Temperature = 1, TopK = 40, Samples = 1 + random.Next(3), Seed = random.Next(100), StopStrings = ["."] },
        SoakKind.Beams => new GenerationOptions { MaxNewTokens = 1 + random.Next(12), Beams = 2 + random.Next(3), StopStrings = random.Next(2) == 0 ? ["the"] : [] },
        SoakKind.Choices => new GenerationOptions { Choices = Labels, Beams = 1 + random.Next(2) },
        _ => null,
    };
}
