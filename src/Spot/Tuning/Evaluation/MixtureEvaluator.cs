using Spot.Backbone;
using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Scores prompts on the validation examples of all tasks of a mixture: the score is the mean over the tasks.</summary>
internal sealed class MixtureEvaluator
{
    private readonly (string Task, int Place, ITaskEvaluator Evaluator)[] _tasks;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="mixture">The tasks.</param>
    /// <param name="options">Lengths, method, and how many validation examples a task has at most.</param>
    /// <exception cref="ArgumentException">No task can be scored.</exception>
    public MixtureEvaluator(FrozenT5 model, T5Tokenizer tokenizer, TaskMixture mixture, TrainingOptions options)
    {
        _tasks = [.. mixture.Tasks.Index().Where(part => IsScored(part.Item))
            .Select(part => (part.Item.Task.Name, part.Index, Create(
                model, tokenizer, part.Item.Task, ValidationSample.Of(part.Item.Task, options.MaxValidationExamples), options.ToEvaluationOptions(), options.MicroBatchSize)))];
        if (_tasks.Length == 0)
        {
            throw new ArgumentException(
                $"Mixture '{mixture.Name}' has no task that can be scored: the validation examples of all have prompts of their own. " +
                "Leave out PromptRows in the validation examples of one task, or add a task without them.");
        }
    }

    /// <summary>How many validation examples an evaluation has, those of all tasks together.</summary>
    /// <param name="mixture">The tasks.</param>
    /// <param name="most">How many a task has at most; null for all.</param>
    public static int Examples(TaskMixture mixture, int? most) => mixture.Tasks.Where(IsScored).Sum(task => ValidationSample.Of(task.Task, most).Count);

    /// <summary>What scores prompts on examples of a task: by its metrics, or on raw text by likelihood.</summary>
    public static ITaskEvaluator Create(FrozenT5 model, T5Tokenizer tokenizer, TextTask task, IReadOnlyList<TextExample> examples, EvaluationOptions options, int batchSize) =>
        task.Objective == TextObjective.TextToText
            ? new MetricEvaluator(model, tokenizer, task, examples, options)
            : new TextLikelihoodEvaluator(model, tokenizer, task, examples, options, batchSize);

    /// <summary>Scores a prompt on every task.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="step">Its step, for the report.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public TuningEvaluation Evaluate(SoftPrompt? prompt, int step, CancellationToken cancellationToken) => Evaluate(_ => prompt, step, cancellationToken);

    /// <summary>Scores every task behind a prompt of its own.</summary>
    /// <param name="prompt">The prompt of the task at a place in the mixture; null for none.</param>
    /// <param name="step">The step, for the report.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    public TuningEvaluation Evaluate(Func<int, SoftPrompt?> prompt, int step, CancellationToken cancellationToken)
    {
        (string Task, PromptEvaluation Evaluation)[] parts =
            [.. _tasks.Select(task => (task.Task, task.Evaluator.Evaluate(prompt(task.Place), cancellationToken)))];
        return parts is [{ Evaluation: var single }]
            ? single.At(step)
            : new TuningEvaluation(step, parts.Average(part => part.Evaluation.Score), parts.Average(part => part.Evaluation.InvalidOutputRate))
            {
                Metrics = parts.SelectMany(part => part.Evaluation.Metrics.Select(metric => (Name: $"{part.Task}/{metric.Key}", metric.Value)))
                    .ToDictionary(metric => metric.Name, metric => metric.Value),
            };
    }

    private static bool IsScored(MixtureTask task) => task.Task.Validation[0].PromptRows is null;
}
