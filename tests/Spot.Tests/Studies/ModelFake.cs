using Spot.Studies;

namespace Spot.Tests.Studies;

/// <summary>
/// Tunes models without a model: a checkpoint is the text of what it was tuned on in turn, and scores are a function of that. It notes what it was asked
/// for, and can stop as a process that is cancelled would.
/// </summary>
internal sealed class ModelFake : IModelTuner
{
    private readonly string _start;
    private readonly ModelFake _root;

    public ModelFake() => (_start, _root) = ("base", this);

    private ModelFake(string start, ModelFake root) => (_start, _root) = (start, root);

    public List<string> Calls { get; } = [];

    /// <summary>Models that were opened and not disposed of.</summary>
    public int Open { get; set; }

    /// <summary>The call, from 1, in which it is cancelled; 0 for none.</summary>
    public int StopAt { get; set; }

    /// <summary>Whether the next model that is to be opened cannot be.</summary>
    public bool StopAtOpening { get; set; }

    /// <summary>Runs on this task diverge, with a checkpoint.</summary>
    public string? Diverging { get; set; }

    public StudyTools Tools => new() { ModelTuner = this, OpenModel = Load, ShowExamples = Show };

    public static double Score(string text) => Math.Round(50 + (40 * Math.Sin(text.Aggregate(0.0, (hash, c) => ((hash * 31) + c) % 6.283))), 3);

    public Task<ModelTuningResult> TuneAsync(
        TaskMixture task, string outputFolder, ModelTuningOptions? options = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Assert.False(Directory.Exists(outputFolder));
        string tuned = $"{_start} > {task.Name} {options!.Seed}";
        _root.Note(tuned);
        Directory.CreateDirectory(options.RunFolder!);
        Directory.CreateDirectory(outputFolder);
        File.WriteAllText(Path.Combine(outputFolder, "model"), tuned);
        if (task.Name == _root.Diverging)
        {
            throw new TuningDivergedException("diverged") { Step = 7 };
        }

        return Task.FromResult(new ModelTuningResult
        {
            Folder = outputFolder,
            BestScore = Score(tuned),
            BestStep = 2,
            Evaluations = [new TuningEvaluation(2, Score(tuned), 0)],
            Losses = new double[options.Steps],
            Seed = options.Seed,
        });
    }

    private void Note(string call)
    {
        Calls.Add(call);
        if (Calls.Count == StopAt)
        {
            throw new OperationCanceledException("stopped");
        }
    }

    private Tuned Load(string folder)
    {
        if (StopAtOpening)
        {
            StopAtOpening = false;
            throw new OperationCanceledException("stopped");
        }

        Open++;
        return new Tuned(File.ReadAllText(Path.Combine(folder, "model")), this);
    }

    private TextExample[] Show(TextTask task, IReadOnlyList<TextExample> examples, FewShotOptions options)
    {
        Note($"show {task.Name} {options.Seed}");
        return [.. examples.Select(example => example with { Input = $"{options.Demonstrations} of {task.Name} by {options.Seed}; {example.Input}" })];
    }

    private sealed class Tuned(string text, ModelFake root) : ITunedModel, IPromptEvaluator
    {
        public IPromptEvaluator Evaluator => this;

        public IModelTuner Tuner { get; } = new ModelFake(text, root);

        public Task<PromptEvaluation> EvaluateAsync(
            SoftPrompt? prompt, TextTask task, IReadOnlyList<TextExample>? examples = null, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Assert.Null(prompt);
            return Task.FromResult(new PromptEvaluation(Score(text + examples![0].Input), 0));
        }

        public Task<EnsembleEvaluation> EvaluateAsync(
            IReadOnlyList<SoftPrompt> prompts, TextTask task, IReadOnlyList<TextExample>? examples = null, EvaluationOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("A tuned model needs no prompts.");

        public void Dispose() => root.Open--;
    }
}
