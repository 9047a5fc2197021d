using Spot.Tasks;

namespace Spot.Tests.Tasks;

public class PromptEnsembleTests
{
    private static readonly string[] Labels = ["yes", "no"];

    [Theory]
    [InlineData("no", "no")]
    [InlineData("no", "yes", "no", "no")]
    [InlineData("yes", "yes", "no")] // a tie: the earliest prompt's
    [InlineData("no", "no", "yes", "yes", "no")]
    [InlineData("yes", "maybe", "yes", "no")]
    [InlineData("no", "maybe", "maybe", "maybe", "no")] // one label outweighs any number of other answers
    [InlineData("Yes", "Yes", "Yes", "maybe")] // case counts
    [InlineData("no", "Yes", "Yes", "no")]
    [InlineData("well", "maybe", "well", "well")]
    [InlineData("", "", "maybe")]
    public void Majority_of_labels_wins(string winner, params string[] answers)
    {
        Assert.Equal(winner, PromptEnsemble.Vote(answers, Labels));
        TextExample example = new("x", "yes");
        TaskPrediction[] predictions = [.. answers.Select(text => new TaskPrediction(example, text, ClassificationMetrics.LabelId(text, Labels)))];
        TaskPrediction vote = PromptEnsemble.Vote(predictions);
        Assert.Same(predictions.First(prediction => prediction.Text == winner), vote);
    }

    [Theory]
    [InlineData("a b", "a b", "c")]
    [InlineData("c", "a b", "c", "c")]
    [InlineData("b", "a", "b", "c", "c", "b")]
    public void Every_answer_counts_where_there_are_no_labels(string winner, params string[] answers) => Assert.Equal(winner, PromptEnsemble.Vote(answers, []));

    [Fact]
    public void An_answer_that_was_cut_is_no_vote_for_its_label()
    {
        TextExample example = new("x", "yes");
        TaskPrediction[] predictions = [new(example, "yes", -1), new(example, "yes", -1), new(example, "no", 1)];
        Assert.Equal("no", PromptEnsemble.Vote(predictions).Text);
    }

    [Fact]
    public void No_answers_are_an_error()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => PromptEnsemble.Vote([], Labels)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PromptEnsemble.Vote([]));
    }
}
