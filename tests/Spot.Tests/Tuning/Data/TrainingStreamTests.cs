using Spot.Tests.Tokenization;
using Spot.Tests.Transfer;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class TrainingStreamTests
{
    private static readonly T5Tokenizer Tokenizer = Vocabularies.Get(Vocabularies.Tiny);

    [Fact]
    public void Tasks_come_in_proportion_to_their_rates_in_every_batch()
    {
        TaskMixture mixture = new("m", [new(Task("a", 5)), new(Task("b", 30)), new(Task("c", 15))]);
        TrainingStream stream = new(mixture, Tokenizer, Options(batch: 10));
        for (int step = 0; step < 50; step++)
        {
            Assert.Equal([("a", 1), ("b", 6), ("c", 3)], Counts(stream.Batch(step)));
        }
    }

    [Fact]
    public void Rates_of_the_mixtures_own_decide_not_the_sizes()
    {
        TaskMixture mixture = new("m", [new(Task("a", 5)) { Rate = 3 }, new(Task("b", 30)) { Rate = 1 }]);
        Assert.Equal([("a", 24), ("b", 8)], Counts(new TrainingStream(mixture, Tokenizer, Options(batch: 32)).Batch(7)));
    }

    [Fact]
    public void Every_example_of_a_task_comes_once_in_each_of_its_epochs()
    {
        TaskMixture mixture = new("m", [new(Task("a", 12)), new(Task("b", 36)), new(Task("c", 7)) { Rate = 48 }]);
        TrainingStream stream = new(mixture, Tokenizer, Options(batch: 5));
        string[] drawn = [.. Enumerable.Range(0, 200).SelectMany(step => stream.Batch(step).Sources.Select(source => source.Input))];
        foreach (MixtureTask task in mixture.Tasks)
        {
            string[] ofTask = [.. drawn.Where(input => input.StartsWith(task.Task.Name, StringComparison.Ordinal))];
            string[] all = [.. task.Task.Train.Select(example => example.Input).Order()];
            string[][] epochs = [.. ofTask.Chunk(all.Length).Where(epoch => epoch.Length == all.Length)];
            Assert.True(epochs.Length > 5);
            Assert.All(epochs, epoch => Assert.Equal(all, epoch.Order()));
            Assert.True(epochs.Select(epoch => string.Join(' ', epoch)).Distinct().Count() > epochs.Length / 2); // seven examples have 5,040 orders: some come twice
        }
    }

    [Fact]
    public void Only_the_first_examples_up_to_the_limit_are_used()
    {
        TextTask task = Task("a", 20);
        TaskMixture mixture = new("m", [new(task) { Limit = 6 }, new(Task("b", 6))]);
        TrainingStream stream = new(mixture, Tokenizer, Options(batch: 12));
        for (int step = 0; step < 5; step++)
        {
            IEnumerable<string> drawn = stream.Batch(step).Sources.Select(source => source.Input).Where(input => input[0] == 'a');
            Assert.Equal(task.Train.Take(6).Select(example => example.Input), drawn.Order());
        }
    }

    [Fact]
    public void A_step_draws_the_same_in_any_order_and_from_a_new_stream()
    {
        TaskMixture mixture = Mixed();
        TrainingStream stream = new(mixture, Tokenizer, Options());
        TrainingBatch[] sequential = [.. Enumerable.Range(0, 1001).Select(step => stream.Batch(step))];
        AssertSame(sequential[1000], new TrainingStream(mixture, Tokenizer, Options()).Batch(1000));
        foreach (int step in new[] { 3, 900, 900, 901, 17, 0, 1000 })
        {
            AssertSame(sequential[step], stream.Batch(step));
        }
    }

    [Fact]
    public void Seeds_and_names_give_different_orders()
    {
        TextTask whole = Task("a", 64);
        Assert.NotEqual(Inputs(whole, seed: 0), Inputs(whole, seed: 1));
        TaskMixture twins = new("m", [new(Task("a", 64)), new(Task("b", 64))]);
        TrainingBatch batch = new TrainingStream(twins, Tokenizer, Options(batch: 128)).Batch(0);
        int[] Numbers(char task) => [.. batch.Sources.Where(source => source.Input[0] == task).Select(source => int.Parse(source.Input[2..]))];
        Assert.Equal(64, Numbers('a').Length);
        Assert.NotEqual(Numbers('a'), Numbers('b'));

        static string[] Inputs(TaskMixture mixture, long seed) =>
            [.. new TrainingStream(mixture, Tokenizer, Options(seed: seed, batch: 64)).Batch(0).Sources.Select(source => source.Input)];
    }

    [Fact]
    public void What_else_is_in_the_mixture_does_not_change_a_tasks_order()
    {
        string[] Order(params string[] others) =>
            [.. new TrainingStream(new("m", [new(Task("a", 20)), .. others.Select(name => new MixtureTask(Task(name, 20)))]), Tokenizer, Options(batch: 60))
                .Batch(0).Sources.Select(source => source.Input).Where(input => input[0] == 'a').Take(20)];
        Assert.Equal(20, Order("b").Distinct().Count());
        Assert.Equal(Order("b"), Order("c", "d"));
    }

    [Fact]
    public void A_single_task_is_drawn_whole_epoch_by_epoch_across_batches()
    {
        TextTask task = Task("a", 10);
        TrainingStream stream = new(task, Tokenizer, Options(batch: 4));
        string[] drawn = [.. Enumerable.Range(0, 5).SelectMany(step => stream.Batch(step).Sources.Select(source => source.Input))];
        Assert.Equal(10, drawn[..10].Distinct().Count());
        Assert.Equal(10, drawn[10..].Distinct().Count());
        Assert.NotEqual(drawn[..10], drawn[10..]);
    }

    [Fact]
    public void Examples_are_cut_and_keep_the_end_of_sequence()
    {
        TextTask task = new("a", [], [new("one two three four five six", "seven eight nine ten")], [new("x", "y")]);
        TrainingBatch batch = new TrainingStream(task, Tokenizer, Options(batch: 1)).Batch(0);
        Assert.Equal(Tokenizer.Encode("one two three four five six", 5), batch.Examples[0].Input);
        Assert.Equal(Tokenizer.Encode("seven eight nine ten", 3), batch.Examples[0].Target);
        Assert.Equal((5, 3), (batch.Examples[0].Input.Length, batch.Examples[0].Target.Length));
        Assert.Equal((Tokenizer.EosId, Tokenizer.EosId), (batch.Examples[0].Input[^1], batch.Examples[0].Target[^1]));
    }

    [Theory]
    [InlineData(TextObjective.PrefixLanguageModel)]
    [InlineData(TextObjective.SpanCorruption)]
    public void Raw_text_asks_something_new_each_time_a_document_comes(TextObjective objective)
    {
        TextTask task = TextTask.FromText("c", [Running("a", 40)], ["some text"], objective);
        TuningOptions options = Options(batch: 30);
        options.MaxInputLength = options.MaxTargetLength = 20;
        TrainingBatch batch = new TrainingStream(task, Tokenizer, options).Batch(0);
        Assert.All(batch.Sources, source => Assert.Same(task.Train[0], source));
        Assert.True(batch.Examples.Select(example => string.Join(' ', example.Input)).Distinct().Count() > 20);
        AssertSame(batch, new TrainingStream(task, Tokenizer, options).Batch(0));
        options.Seed = 1;
        Assert.NotEqual(batch.Examples[0].Input, new TrainingStream(task, Tokenizer, options).Batch(0).Examples[0].Input);
    }

    [Fact]
    public void In_place_of_a_document_too_short_comes_the_next_of_the_epoch()
    {
        TextTask task = TextTask.FromText("c", ["", Running("a", 9), " \n", Running("b", 9), "the"], ["some text"]);
        TrainingStream stream = new(task, Tokenizer, Options(batch: 5));
        for (int step = 0; step < 10; step++)
        {
            TrainingBatch batch = stream.Batch(step);
            Assert.Equal(new[] { task.Train[1].Input, task.Train[3].Input }.Order(), batch.Sources.Select(source => source.Input).Distinct().Order());
            AssertSame(batch, new TrainingStream(task, Tokenizer, Options(batch: 5)).Batch(step));
        }

        TextTask rare = TextTask.FromText("c", ["", "", Running("a", 9), ""], ["some text"]);
        Assert.All(new TrainingStream(rare, Tokenizer, Options(batch: 40)).Batch(0).Sources, source => Assert.Same(rare.Train[2], source));
    }

    [Fact]
    public void A_task_of_documents_too_short_is_an_error_that_names_it()
    {
        TaskMixture mixture = new("m", [new(TextTask.FromText("web", ["", "the"], ["some text"])), new(Task("b", 2))]);
        TrainingStream stream = new(mixture, Tokenizer, Options());
        for (int attempt = 0; attempt < 2; attempt++)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => stream.Batch(3));
            Assert.Contains("Task 'web' has 2 training documents, but none of at least 2 tokens", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void There_is_no_step_before_the_first() =>
        Assert.Throws<ArgumentOutOfRangeException>("step", () => new TrainingStream(Task("a", 3), Tokenizer, Options()).Batch(-1));

    private static TaskMixture Mixed() => new("m",
        [new(Task("a", 5)), new(TextTask.FromText("c", [Running("x", 30), Running("y", 50)], ["some text"])), new(Task("b", 11)) { Limit = 9 }]);

    // Inputs "a 00", "a 01", …
    private static TextTask Task(string name, int count) =>
        new(name, [], [.. Enumerable.Range(0, count).Select(i => new TextExample($"{name} {i:00}", $"{i}"))], [new TextExample("x", "y")]);

    private static string Running(string word, int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"{word} {i}"));

    private static TuningOptions Options(long seed = 0, int batch = 7) => new() { Seed = seed, BatchSize = batch, MaxInputLength = 5, MaxTargetLength = 3 };

    private static (string Task, int Count)[] Counts(TrainingBatch batch) =>
        [.. batch.Sources.GroupBy(source => source.Input[..1]).Select(group => (group.Key, group.Count())).Order()];

    private static void AssertSame(TrainingBatch expected, TrainingBatch actual)
    {
        Assert.Equal(expected.Sources, actual.Sources);
        Assert.Equal(expected.Examples.Select(example => example.Input), actual.Examples.Select(example => example.Input));
        Assert.Equal(expected.Examples.Select(example => example.Target), actual.Examples.Select(example => example.Target));
    }
}
