namespace Spot.Tasks;

/// <summary>The metrics of the study's tasks, computed as T5's evaluation computes them.</summary>
/// <remarks>
/// Scores are 0 … 100, the correlations −100 … 100. Metrics of labels judge <see cref="TaskPrediction.Label"/> against the target's place among the
/// labels; all others judge the written text. All are immutable, pure and safe for concurrent calls. A metric that needs labels, groups or right answers
/// which a task or example does not have throws <see cref="ArgumentException"/> and says which.
/// </remarks>
public static class TaskMetrics
{
    /// <summary><c>accuracy</c>: the share of right answers; <see cref="TaskMetric.Accuracy"/>.</summary>
    public static TaskMetric Accuracy => TaskMetric.Accuracy;

    /// <summary><c>f1</c>: F1 of the second of two labels; an answer that is no label counts as the wrong one of the two (MRPC, QQP).</summary>
    public static TaskMetric F1 { get; } = OfLabels("f1", (targets, found, _) => ClassificationMetrics.F1(targets, found));

    /// <summary><c>macro_f1</c>: the plain mean of each label's F1 (CommitmentBank).</summary>
    public static TaskMetric MacroF1 { get; } = OfLabels("macro_f1", (targets, found, classes) => ClassificationMetrics.MacroF1(targets, found, classes));

    /// <summary><c>matthews_corrcoef</c>: Matthews' correlation; answers that are no label are a class of their own (CoLA).</summary>
    public static TaskMetric Matthews { get; } = OfLabels("matthews_corrcoef", (targets, found, _) => ClassificationMetrics.Matthews(targets, found));

    /// <summary><c>pearson_corrcoef</c>: Pearson's correlation of written numbers (STS-B); NaN where targets or answers are all the same.</summary>
    public static TaskMetric Pearson { get; } = OfNumbers("pearson_corrcoef", (targets, found) => RegressionMetrics.Pearson(targets, found));

    /// <summary><c>spearman_corrcoef</c>: Spearman's correlation of written numbers (STS-B); NaN where targets or answers are all the same.</summary>
    public static TaskMetric Spearman { get; } = OfNumbers("spearman_corrcoef", (targets, found) => RegressionMetrics.Spearman(targets, found));

    /// <summary><c>squad_f1</c>: F1 of shared words, the best over the right answers (SQuAD and MRQA).</summary>
    public static TaskMetric SquadF1 { get; } = new("squad_f1", (predictions, _) => Squad(predictions).F1);

    /// <summary><c>squad_exact_match</c>: the share of answers that are a right one, compared as SQuAD does.</summary>
    public static TaskMetric SquadExactMatch { get; } = new("squad_exact_match", (predictions, _) => Squad(predictions).ExactMatch);

    /// <summary><c>multirc_f1</c>: F1 of the second label over all answers of MultiRC (F1a).</summary>
    public static TaskMetric MultiRcF1 { get; } = OfLabels("multirc_f1", (targets, found, _) => ClassificationMetrics.F1(targets, found));

    /// <summary><c>multirc_exact_match</c>: the share of questions with every answer judged right. The question is <see cref="TextExample.Group"/>.</summary>
    public static TaskMetric MultiRcExactMatch { get; } = new("multirc_exact_match", MultiRcMatch);

    /// <summary><c>record_f1</c>: SQuAD's F1 of each query's first example (ReCoRD). The query is <see cref="TextExample.Group"/>.</summary>
    public static TaskMetric RecordF1 { get; } = new("record_f1", (predictions, _) => Record("record_f1", predictions).F1);

    /// <summary><c>record_exact_match</c>: SQuAD's match of each query's first example (ReCoRD). The query is <see cref="TextExample.Group"/>.</summary>
    public static TaskMetric RecordExactMatch { get; } = new("record_exact_match", (predictions, _) => Record("record_exact_match", predictions).ExactMatch);

    /// <summary>
    /// <c>wsc</c>: the share of examples where <see cref="ReferentMatch"/> says rightly whether the written noun phrase is the target (Winograd schemas). The
    /// target is the right referent unless <see cref="TextExample.Answers"/> is an empty list.
    /// </summary>
    public static TaskMetric Wsc { get; } = new("wsc", (predictions, _) => ClassificationMetrics.Accuracy(
        [.. predictions.Select(p => p.Example.Answers is { Count: 0 } ? 0 : 1)], [.. predictions.Select(p => ReferentMatch.Label(p.Text, p.Example.Target))]));

    /// <summary><c>rouge1</c>: the mean F of shared words with the target (summaries), without stemming.</summary>
    public static TaskMetric Rouge1 { get; } = new("rouge1", (predictions, _) => OfSummaries(predictions).Rouge1);

    /// <summary><c>rouge2</c>: the mean F of shared pairs of neighbouring words with the target (summaries), without stemming.</summary>
    public static TaskMetric Rouge2 { get; } = new("rouge2", (predictions, _) => OfSummaries(predictions).Rouge2);

    /// <summary><c>rouge_lsum</c>: the mean F of common subsequences with the target's sentences (summaries), without stemming.</summary>
    public static TaskMetric RougeLsum { get; } = new("rouge_lsum", (predictions, _) => OfSummaries(predictions).RougeLsum);

    /// <summary><c>bleu</c>: BLEU over all examples against their right answers (translations).</summary>
    public static TaskMetric Bleu { get; } = new("bleu", (predictions, _) => Tasks.Bleu.Score(Answers(predictions), Texts(predictions)).Score);

    private static readonly TaskMetric[] Ready =
    [
        Accuracy, F1, MacroF1, Matthews, Pearson, Spearman, SquadF1, SquadExactMatch, MultiRcF1, MultiRcExactMatch, RecordF1, RecordExactMatch, Wsc, Rouge1,
        Rouge2, RougeLsum, Bleu,
    ];

    private static readonly Registrations<TaskMetric> Added = new("metric", metric => metric.Name);

    /// <summary>All of them, in the order of this page, then those that were registered.</summary>
    public static IReadOnlyList<TaskMetric> All => [.. Ready, .. Added.Items];

    /// <summary>Makes a metric known by its name, to formats and files of tasks that are read afterwards in this process.</summary>
    /// <param name="metric">The metric.</param>
    /// <exception cref="ArgumentException">There is a metric of that name already.</exception>
    public static void Register(TaskMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Added.Add([metric], name => LabelSetMetrics.Named(name, []) is not null || Ready.Any(ready => ready.Name == name));
    }

    /// <summary>The metric of a name, as task files say it.</summary>
    /// <param name="name">The name, exactly, for example <c>macro_f1</c>.</param>
    /// <returns>The metric.</returns>
    /// <exception cref="ArgumentException">There is no such metric; the message lists all names.</exception>
    public static TaskMetric Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(metric => metric.Name == name) ?? throw new ArgumentException(
            $"Found the metric name '{name}', expected one of {string.Join(", ", All.Select(metric => metric.Name))}. For another metric make a TaskMetric of your own and register it.", nameof(name));
    }

    private static TaskMetric OfLabels(string name, Func<int[], int[], int, double> score) => new(name, (predictions, labels) =>
    {
        (int[] targets, int[] found) = Ids(name, predictions, labels);
        return score(targets, found, labels.Count);
    });

    private static TaskMetric OfNumbers(string name, Func<double[], double[], double> score) => new(name, (predictions, _) => score(
        [.. predictions.Select(p => RegressionMetrics.ParseNumber(p.Example.Target))], [.. predictions.Select(p => RegressionMetrics.ParseNumber(p.Text))]));

    private static (int[] Targets, int[] Found) Ids(string name, IReadOnlyList<TaskPrediction> predictions, IReadOnlyList<string> labels)
    {
        if (labels.Count == 0)
        {
            throw new ArgumentException($"The metric '{name}' compares labels, but the task has none. Give the task its label words, or score it by a metric of texts.");
        }

        return ([.. predictions.Select(p => ClassificationMetrics.LabelId(p.Example.Target, labels))], [.. predictions.Select(p => p.Label)]);
    }

    private static double MultiRcMatch(IReadOnlyList<TaskPrediction> predictions, IReadOnlyList<string> labels)
    {
        (int[] targets, int[] found) = Ids("multirc_exact_match", predictions, labels);
        return QuestionAnsweringMetrics.MultiRc(Groups("multirc_exact_match", predictions), targets, found).ExactMatch;
    }

    private static QuestionAnsweringScore Squad(IReadOnlyList<TaskPrediction> predictions) =>
        QuestionAnsweringMetrics.Squad(Answers(predictions), Texts(predictions));

    private static QuestionAnsweringScore Record(string name, IReadOnlyList<TaskPrediction> predictions) =>
        QuestionAnsweringMetrics.Record(Groups(name, predictions), Answers(predictions), Texts(predictions));

    private static RougeMeans OfSummaries(IReadOnlyList<TaskPrediction> predictions) =>
        Rouge.Mean([.. predictions.Select(p => p.Example.Target)], Texts(predictions));

    private static IReadOnlyList<string>[] Answers(IReadOnlyList<TaskPrediction> predictions) =>
        [.. predictions.Select(p => p.Example.Answers ?? [p.Example.Target])];

    private static string[] Texts(IReadOnlyList<TaskPrediction> predictions) => [.. predictions.Select(p => p.Text)];

    private static string[] Groups(string name, IReadOnlyList<TaskPrediction> predictions) => [.. predictions.Select((p, i) => p.Example.Group
        ?? throw new ArgumentException($"The metric '{name}' scores examples in groups, but example {i + 1} has none. Set TextExample.Group to its question."))];
}
