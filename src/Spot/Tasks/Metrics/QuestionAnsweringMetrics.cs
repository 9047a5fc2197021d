namespace Spot.Tasks;

/// <summary>Scores of written answers: SQuAD (also the MRQA sets), MultiRC and ReCoRD, 0 … 100, as T5's evaluation computes them.</summary>
/// <remarks>All methods are pure and safe for concurrent calls.</remarks>
public static class QuestionAnsweringMetrics
{
    /// <summary>
    /// An answer as SQuAD 1.1 compares it (Rajpurkar et al. 2016): in lower case, without ASCII punctuation (nothing in its place) and the words a, an and the,
    /// white space as single blanks.
    /// </summary>
    /// <param name="answer">The answer.</param>
    /// <returns>The normalised answer; may be empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="answer"/> is null.</exception>
    public static string Normalize(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return AnswerText.Normalize(answer);
    }

    /// <summary>SQuAD's score of one prediction: exact match and F1 of shared words, each the best over the right answers.</summary>
    /// <param name="answers">The right answers, at least one.</param>
    /// <param name="prediction">The predicted answer.</param>
    /// <returns>0 or 100, and 0 … 100. Where both sides normalise to nothing the match is 100 and F1 is 0, unlike SQuAD 2.0.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no right answer.</exception>
    public static QuestionAnsweringScore Squad(IReadOnlyList<string> answers, string prediction)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(prediction);
        if (answers.Count == 0)
        {
            throw new ArgumentException("Found no right answer, expected at least one.", nameof(answers));
        }

        string found = AnswerText.Normalize(prediction);
        bool match = false;
        double f1 = 0;
        foreach (string answer in answers)
        {
            string wanted = AnswerText.Normalize(answer);
            match |= wanted == found;
            f1 = Math.Max(f1, AnswerText.WordF1(wanted, found));
        }

        return new QuestionAnsweringScore(match ? 100 : 0, 100 * f1);
    }

    /// <summary>SQuAD's score of a set: the means over its predictions.</summary>
    /// <param name="answers">The right answers of each question, at least one.</param>
    /// <param name="predictions">The predicted answers, one for each question.</param>
    /// <returns>Both scores, 0 … 100.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no question, the lengths differ, or a question has no right answer.</exception>
    public static QuestionAnsweringScore Squad(IReadOnlyList<IReadOnlyList<string>> answers, IReadOnlyList<string> predictions)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.ThrowUnlessPaired(answers.Count, predictions.Count);
        return Mean(Enumerable.Range(0, answers.Count), answers, predictions);
    }

    /// <summary>ReCoRD's score of a set (Zhang et al. 2018): as <see cref="Squad(IReadOnlyList{IReadOnlyList{string}}, IReadOnlyList{string})"/>, of each query's first example only.</summary>
    /// <remarks>The text-to-text form of ReCoRD has a copy of a query for each of its right answers.</remarks>
    /// <typeparam name="TQuery">What tells queries apart, such as (passage, query).</typeparam>
    /// <param name="queries">The query of each example.</param>
    /// <param name="answers">The right answers of each example, at least one.</param>
    /// <param name="predictions">The predicted answers, one for each example.</param>
    /// <returns>Both scores, 0 … 100.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or a query has no right answer.</exception>
    public static QuestionAnsweringScore Record<TQuery>(
        IReadOnlyList<TQuery> queries, IReadOnlyList<IReadOnlyList<string>> answers, IReadOnlyList<string> predictions)
        where TQuery : notnull
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.ThrowUnlessPaired(answers.Count, predictions.Count);
        MetricInput.ThrowUnlessPaired(queries.Count, predictions.Count);
        HashSet<TQuery> seen = [];
        return Mean(Enumerable.Range(0, queries.Count).Where(i => seen.Add(queries[i])), answers, predictions);
    }

    /// <summary>MultiRC's scores (Khashabi et al. 2018): the share of questions with every answer judged right, and F1 of the right answers over all (F1a).</summary>
    /// <typeparam name="TQuestion">What tells questions apart, such as (paragraph, question).</typeparam>
    /// <param name="questions">The question of each answer; its answers need not be neighbours.</param>
    /// <param name="targets">Whether each answer is right: 1, else 0.</param>
    /// <param name="predictions">The predictions, one for each answer; anything but 0 and 1 is wrong.</param>
    /// <returns>Both scores, 0 … 100; F1 as <see cref="ClassificationMetrics.F1"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="questions"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no answer, the lengths differ, or a target is neither 0 nor 1.</exception>
    public static QuestionAnsweringScore MultiRc<TQuestion>(IReadOnlyList<TQuestion> questions, ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions)
        where TQuestion : notnull
    {
        ArgumentNullException.ThrowIfNull(questions);
        double f1 = ClassificationMetrics.F1(targets, predictions);
        MetricInput.ThrowUnlessPaired(questions.Count, predictions.Length);
        Dictionary<TQuestion, bool> right = [];
        for (int i = 0; i < questions.Count; i++)
        {
            right[questions[i]] = right.GetValueOrDefault(questions[i], true) && targets[i] == predictions[i];
        }

        return new QuestionAnsweringScore(100.0 * right.Values.Count(all => all) / right.Count, f1);
    }

    private static QuestionAnsweringScore Mean(IEnumerable<int> examples, IReadOnlyList<IReadOnlyList<string>> answers, IReadOnlyList<string> predictions)
    {
        double match = 0, f1 = 0;
        int count = 0;
        foreach (int i in examples)
        {
            QuestionAnsweringScore score = Squad(answers[i], predictions[i]);
            match += score.ExactMatch;
            f1 += score.F1;
            count++;
        }

        return new QuestionAnsweringScore(match / count, f1 / count);
    }
}
