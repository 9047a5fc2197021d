using Spot.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The soft prompts that the tasks of a mixture have while a model is tuned, as one parameter.</summary>
internal sealed class TaskPrompts
{
    private readonly int _length, _dim;

    private TaskPrompts(FrozenT5 model, int[] ofTask, float[] values, ModelTuningOptions options)
    {
        OfTask = ofTask;
        (_length, _dim) = (options.TaskPromptLength, model.Config.Dim);
        Parameter = model.Run(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            return new TensorParameter("task_prompts", PromptTensor.From(values, values.Length / _dim, _dim, model.Device).view(-1, _length, _dim), options.TaskPromptOptimizer);
        });
    }

    /// <summary>The numbers. // [prompts, L, d]</summary>
    public TensorParameter Parameter { get; }

    /// <summary>The prompt of each task, −1 for none.</summary>
    public int[] OfTask { get; }

    /// <summary>Makes the prompts, each begun at the embeddings of its task's labels, the rest of its rows at sampled ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="mixture">The tasks.</param>
    /// <param name="options">Length, seed and optimiser.</param>
    /// <returns>Null where no task is to have one.</returns>
    public static TaskPrompts? Create(FrozenT5 model, T5Tokenizer tokenizer, TaskMixture mixture, ModelTuningOptions options)
    {
        if (options.TaskPromptLength == 0 || !mixture.Tasks.Any(task => task.TaskPrompt))
        {
            return null;
        }

        PromptInitializer initializer = new(model, tokenizer);
        List<float> values = [];
        int[] ofTask = new int[mixture.Tasks.Count];
        for (int task = 0, next = 0; task < ofTask.Length; task++)
        {
            ofTask[task] = mixture.Tasks[task].TaskPrompt ? next++ : -1;
            if (ofTask[task] >= 0)
            {
                IReadOnlyList<string> labels = mixture.Tasks[task].Task.Labels;
                TuningOptions own = new()
                {
                    PromptLength = options.TaskPromptLength,
                    Seed = unchecked((options.Seed * 1_000_003) + task),
                    Initialization = labels.Count > 0 ? PromptInitialization.ClassLabels : PromptInitialization.SampledVocabulary,
                };
                values.AddRange(initializer.Create(own, labels));
            }
        }

        return new TaskPrompts(model, ofTask, [.. values], options);
    }

    /// <summary>A task's prompt as it is now; null if it has none.</summary>
    /// <param name="task">The task's place in the mixture.</param>
    /// <param name="model">The model that it belongs to.</param>
    public SoftPrompt? Of(int task, FrozenT5 model) =>
        OfTask[task] < 0 ? null : new SoftPrompt(
            _length, _dim, model.Run(Parameter.Read).AsSpan(OfTask[task] * _length * _dim, _length * _dim), model.Weights.Fingerprint);
}
