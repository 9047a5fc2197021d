using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;
using Spot.Serialization;

namespace Spot.Tuning;

/// <summary>
/// Tunes prompts of several tasks with a part in common and a low-rank part of each (Wang et al. 2023, <i>Multitask Prompt Tuning</i>), over a mixture of
/// the tasks, without the paper's distillation from prompts tuned alone.
/// </summary>
/// <remarks>Safe for concurrent calls, which take turns on the backbone; see <see cref="IPromptTuner"/>.</remarks>
public sealed class MultitaskTuner
{
    private readonly FirstUse<T5Backbone> _backbone;
    private readonly ILogger _logger;

    /// <summary>A tuner on a loaded backbone.</summary>
    /// <param name="backbone">The backbone; the caller keeps and disposes it.</param>
    /// <param name="logger">Told of the run's course; null for none.</param>
    public MultitaskTuner(T5Backbone backbone, ILogger<MultitaskTuner>? logger = null)
        : this(() => backbone, logger) => ArgumentNullException.ThrowIfNull(backbone);

    /// <summary>A tuner whose backbone is loaded at first use.</summary>
    internal MultitaskTuner(Func<T5Backbone> backbone, ILogger<MultitaskTuner>? logger)
    {
        _backbone = new FirstUse<T5Backbone>(backbone);
        _logger = logger ?? NullLogger<MultitaskTuner>.Instance;
    }

    /// <summary>Tunes the shared part and those of the tasks.</summary>
    /// <param name="mixture">The tasks.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="start">The prompt that the shared part starts from; null to initialise as the options say.</param>
    /// <param name="progress">Told at the start and after every step, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The prompts of the best checkpoint and of the last step.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SpotException">The start belongs to another backbone, or the checkpoint in the run's folder is of another run.</exception>
    /// <exception cref="TuningDivergedException">Loss, gradient or prompts became infinite or not a number.</exception>
    /// <exception cref="IOException">The run's folder cannot be written, or is in use by another run.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in the run's folder is damaged.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<MultitaskTuningResult> TuneAsync(
        TaskMixture mixture, MultitaskTuningOptions? options = null, SoftPrompt? start = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        MultitaskTuningOptions own = options?.Clone() ?? new MultitaskTuningOptions();
        TuningOptionsValidator.Check(own);
        T5Backbone backbone = await _backbone.GetAsync(cancellationToken).ConfigureAwait(false);
        backbone.CheckPrompt(start);
        LabelValidator.Check(mixture, backbone.Tokenizer, own.Prompt);
        return await backbone.RunAsync(() => Run(backbone, mixture, own, start, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private MultitaskTuningResult Run(
        T5Backbone backbone, TaskMixture mixture, MultitaskTuningOptions options, SoftPrompt? start, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        PromptInitializer initializer = new(backbone.Model, backbone.Tokenizer);
        float[] shared = start is null ? initializer.Create(options.Prompt, mixture.Labels) : initializer.From(start, options.Prompt, mixture.Labels);
        using MultitaskTrainable trainable = new(backbone.Model, options, shared, mixture, new MixtureEvaluator(backbone.Model, backbone.Tokenizer, mixture, options.Prompt));
        SortedDictionary<string, string> identity = RunIdentity.Of(trainable.Kind, backbone, mixture, options.Prompt, start);
        identity["ranks"] = options.Ranks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach ((string name, string value) in OptionTexts.Of(new TuningOptions { Optimizer = options.TaskOptimizer }).Where(option => option.Key.StartsWith(nameof(TuningOptions.Optimizer), StringComparison.Ordinal)))
        {
            identity[$"tasks' {name}"] = value;
        }

        TuningRun run = new(trainable, mixture, new TrainingStream(mixture, backbone.Tokenizer, options.Prompt), options.Prompt, _logger, new Milestones(TimeProvider.System));
        RunState state = run.Execute(identity, progress, cancellationToken);
        return new MultitaskTuningResult
        {
            Best = trainable.Prompt(state.Best!),
            BestScore = state.BestEvaluation.Score,
            BestStep = state.BestEvaluation.Step,
            Final = trainable.Prompt([.. trainable.Parameters.Select(parameter => parameter.Read())]),
            Evaluations = state.Evaluations,
            Losses = state.Losses,
            Seed = options.Prompt.Seed,
        };
    }
}
