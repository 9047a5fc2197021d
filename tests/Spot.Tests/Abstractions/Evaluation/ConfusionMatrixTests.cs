namespace Spot.Tests.Abstractions;

/// <summary>Which label was taken for which, counted by hand.</summary>
public class ConfusionMatrixTests
{
    private static readonly string[] Labels = ["cat", "dog", "horse"];

    [Fact]
    public void Counts_by_target_and_answer()
    {
        ConfusionMatrix matrix = new(Labels, [Answer("cat", 0), Answer("cat", 0), Answer("cat", 1), Answer("dog", 1), Answer("dog", -1), Answer("cow", 2)]);
        Assert.Equal(Labels, matrix.Labels);
        Assert.Equal([[2, 1, 0], [0, 1, 0], [0, 0, 0]], Enumerable.Range(0, 3).Select(row => Enumerable.Range(0, 3).Select(column => matrix[row, column])));
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(matrix.Invalid));
        Assert.Equal(
            """
            target  cat  dog  horse  (invalid)
            cat       2    1      0          0
            dog       0    1      0          1
            horse     0    0      0          0
            """.ReplaceLineEndings("\n"),
            matrix.ToString());
    }

    [Fact]
    public void The_column_of_invalid_answers_stands_where_there_are_any() =>
        Assert.Equal("target  cat  dog\ncat       1    0\ndog       1    0", new ConfusionMatrix(["cat", "dog"], [Answer("cat", 0), Answer("dog", 0)]).ToString());

    [Fact]
    public void What_has_no_place_is_refused()
    {
        ConfusionMatrix matrix = new(Labels, []);
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix([], []));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["cat"], [Answer("cat", 1)]));
        Assert.All(new[] { -1, 3 }, label =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => matrix[label, 0]);
            Assert.Throws<ArgumentOutOfRangeException>(() => matrix[0, label]);
            Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Invalid(label));
        });
    }

    private static TaskPrediction Answer(string target, int label) => new(new TextExample("x", target), label < 0 ? "fish" : "?", label);
}
