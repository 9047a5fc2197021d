using Spot.Tests.Backbone;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class FewShotTests
{
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.Load(Path.Combine(TestModels.SpotTiny, "spiece.model"));
    private static readonly TextExample Query = new("sentence: The lake is cold.", "fact") { Answers = ["fact"], Group = "g" };

    [Fact]
    public void Demonstrations_stand_in_front_in_the_form_asked_for()
    {
        FewShotOptions options = new() { Demonstrations = 2, TargetMark = " answer: ", Separator = " // " };
        FewShotExamples result = FewShot.Apply(Task(5, 5), [Query], Tokenizer, options);
        string[] parts = result.Examples[0].Input.Split(" // ");
        Assert.Equal(3, parts.Length);
        Assert.All(parts[..2], part => Assert.Contains(part, Task(5, 5).Train.Select(example => $"{example.Input} answer: {example.Target}")));
        Assert.Equal("sentence: The lake is cold. answer:", parts[2]);
        Assert.Equal([2], result.Demonstrations);
        Assert.Equal((Query.Target, Query.Answers, Query.Group), (result.Examples[0].Target, result.Examples[0].Answers, result.Examples[0].Group));
    }

    [Theory]
    [InlineData(6, 40, 3, 3, 3)]
    [InlineData(7, 3, 40, 3, 4)] // the odd one is of the larger label
    [InlineData(10, 2, 40, 2, 8)] // a label with too few is filled up
    [InlineData(99, 4, 3, 4, 3)] // all there are
    public void Labels_are_balanced(int count, int facts, int opinions, int expectedFacts, int expectedOpinions)
    {
        for (long seed = 0; seed < 20; seed++)
        {
            FewShotOptions options = new() { Demonstrations = count, Separator = " // ", Seed = seed };
            string[] shown = Shown(Task(facts, opinions), options);
            Assert.Equal(shown.Length, shown.Distinct().Count());
            Assert.Equal(expectedFacts, shown.Count(text => text.EndsWith(" fact", StringComparison.Ordinal)));
            Assert.Equal(expectedOpinions, shown.Count(text => text.EndsWith(" opinion", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Seed_decides_choice_and_order()
    {
        string[] Of(long seed) => Shown(Task(30, 30), new FewShotOptions { Demonstrations = 6, Separator = " // ", Seed = seed });
        Assert.Equal(Of(3), Of(3));
        Assert.NotEqual(Of(3), Of(4));
        string[] all = Shown(Task(4, 4), new FewShotOptions { Demonstrations = 8, Separator = " // ", Seed = 1 });
        string[] other = Shown(Task(4, 4), new FewShotOptions { Demonstrations = 8, Separator = " // ", Seed = 2 });
        Assert.Equal(all.Order(), other.Order());
        Assert.NotEqual(all, other);

        // Neither label always comes first.
        string[] first = [.. Enumerable.Range(0, 20).Select(seed => Of(seed)[0].Split(' ')[^1])];
        Assert.Equal(2, first.Distinct().Count());
    }

    [Fact]
    public void First_demonstrations_are_dropped_until_the_query_fits_whole()
    {
        FewShotOptions options = new() { Demonstrations = 6, Separator = " // " };
        string[] all = Shown(Task(10, 10), options);
        int queryLength = Tokenizer.Encode(Query.Input, 512).Length;
        HashSet<int> counts = [];
        for (int length = 1; length <= 120; length++)
        {
            options.MaxInputLength = length;
            FewShotExamples result = FewShot.Apply(Task(10, 10), [Query], Tokenizer, options);
            int count = result.Demonstrations[0];
            Assert.Equal(string.Concat(all[(all.Length - count)..].Select(text => $"{text} // ")) + Query.Input, result.Examples[0].Input);
            Assert.True(count == 0 || Tokenizer.Encode(result.Examples[0].Input, 512).Length <= length);
            if (count < all.Length)
            {
                string one = $"{all[all.Length - count - 1]} // {result.Examples[0].Input}";
                Assert.True(Tokenizer.Encode(one, 512).Length > length, $"one more fits in {length} tokens");
            }

            Assert.True(length >= queryLength || count == 0);
            counts.Add(count);
        }

        Assert.Equal(Enumerable.Range(0, 7), counts.Order());
    }

    [Fact]
    public void A_demonstration_never_tells_the_answer_of_its_own_input()
    {
        TextTask task = Task(3, 3);
        FewShotExamples result = FewShot.Apply(task, task.Train, Tokenizer, new FewShotOptions { Demonstrations = 6 });
        Assert.All(result.Demonstrations, count => Assert.Equal(5, count));
        Assert.All(task.Train.Zip(result.Examples), pair => Assert.Equal(2, pair.Second.Input.Split(pair.First.Input).Length));
    }

    [Fact]
    public void Wrong_answers_are_not_demonstrated()
    {
        TextExample[] train = [new("a", "right"), new("b", "wrong") { Answers = [] }];
        FewShotExamples result = FewShot.Apply(new TextTask("t", [], train, train), [new TextExample("q", "x")], Tokenizer);
        Assert.Equal("a right ; q", result.Examples[0].Input);
        Assert.Equal([1], result.Demonstrations);
    }

    [Fact]
    public void Without_demonstrations_the_input_stays() =>
        Assert.Equal(Query, FewShot.Apply(Task(2, 2), [Query], Tokenizer, new FewShotOptions { Demonstrations = 0 }).Examples[0]);

    [Fact]
    public void Default_separator_is_in_the_vocabulary() =>
        Assert.DoesNotContain(Tokenizer.UnknownId, Tokenizer.Encode(new FewShotOptions().Separator, 16));

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FewShot.Apply(Task(1, 1), [], Tokenizer, new FewShotOptions { Demonstrations = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => FewShot.Apply(Task(1, 1), [], Tokenizer, new FewShotOptions { MaxInputLength = 0 }));
        ArgumentException error = Assert.Throws<ArgumentException>(() => FewShot.Apply(TextTask.FromText("c4", ["a"], ["b"]), [], Tokenizer));
        Assert.Contains("raw text", error.Message, StringComparison.Ordinal);
    }

    private static string[] Shown(TextTask task, FewShotOptions options) =>
        FewShot.Apply(task, [Query], Tokenizer, options).Examples[0].Input.Split(" // ")[..^1];

    private static TextTask Task(int facts, int opinions)
    {
        TextExample[] rows =
        [
            .. Enumerable.Range(1, facts).Select(i => new TextExample($"The bridge number {i} is long.", "fact")),
            .. Enumerable.Range(1, opinions).Select(i => new TextExample($"I like number {i} a lot.", "opinion")),
        ];
        return new TextTask("toy", ["fact", "opinion"], rows, rows);
    }
}
