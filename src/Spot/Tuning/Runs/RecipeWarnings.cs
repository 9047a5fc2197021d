using System.Globalization;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>
/// Finds what options allow but what seldom works, or silently does less than was asked for: the usual reasons why other people's prompt tuning
/// scores too low.
/// </summary>
internal static class RecipeWarnings
{
    private const double LeastPromptRate = 0.01, MostPromptRate = 30, MostModelRate = 0.01, MostScaledRate = 0.1;

    /// <summary>Of a run that tunes a prompt.</summary>
    /// <param name="options">The options, already checked.</param>
    /// <param name="task">The task.</param>
    /// <param name="backbone">The model.</param>
    /// <param name="start">The prompt that the run starts from; null to initialise.</param>
    /// <returns>Sentences; none for the recipes of <see cref="TuningOptions"/>.</returns>
    public static IEnumerable<string> OfPrompt(TuningOptions options, TaskMixture task, T5Backbone backbone, SoftPrompt? start)
    {
        double rate = options.Optimizer.LearningRate;
        if (!options.Optimizer.IsRelative && rate is < LeastPromptRate or > MostPromptRate)
        {
            yield return rate < LeastPromptRate
                ? Say($"the learning rate {rate} is far below what prompts need (0.3 for published models, 1 for the bundled one): at such rates a prompt hardly moves.")
                : Say($"the learning rate {rate} is far above what prompts are tuned with (0.3 for published models, 1 for the bundled one).");
        }

        int length = options.PromptLength, labels = task.Labels.Count, vocabulary = backbone.Config.VocabularySize;
        switch (start is null ? options.Initialization : PromptInitialization.RandomUniform)
        {
            case PromptInitialization.ClassLabels when labels > length:
                yield return Say($"{labels} labels are to start a prompt of {length} rows: the last {labels - length} are left out. Raise PromptLength.");
                break;
            case PromptInitialization.Text when backbone.Tokenizer.EncodeToIds(options.InitialText!).Count is var tokens && tokens > length:
                yield return Say($"InitialText has {tokens} tokens, but the prompt {length} rows: the text is cut. Raise PromptLength.");
                break;
            case PromptInitialization.SampledVocabulary when Math.Min(options.SampledVocabularySize, vocabulary) < length:
                yield return Say($"{length} rows start from {Math.Min(options.SampledVocabularySize, vocabulary)} tokens: some come twice. Raise SampledVocabularySize.");
                break;
            case PromptInitialization.SampledVocabulary when options.SampledVocabularySize > vocabulary:
                yield return Say($"SampledVocabularySize is {options.SampledVocabularySize}, but the vocabulary has {vocabulary} tokens: those are drawn from.");
                break;
        }

        if (start is not null && options.OverwriteWithLabelRows && labels >= start.Length)
        {
            yield return Say($"the {labels} labels take the place of all {start.Length} rows of the prompt to start from: nothing of it is left. Transfer longer prompts, or leave OverwriteWithLabelRows off.");
        }
    }

    /// <summary>Of a run that tunes a model.</summary>
    public static IEnumerable<string> OfModel(ModelTuningOptions options)
    {
        double rate = options.Optimizer.LearningRate, most = options.Optimizer.IsRelative ? MostScaledRate : MostModelRate;
        if (rate > most)
        {
            yield return Say($"the learning rate {rate} is far above what weights bear; ModelTuningOptions has T5's own, 0.001 times each weight's size.");
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
