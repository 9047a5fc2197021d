using System.Text.Json;
using Spot.Inference;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary><c>spot evaluate</c> and <c>spot predict</c> give what the library gives.</summary>
[Collection(ToolTests.Name)]
public sealed class UseTests(TunedLibrary tuned)
{
    private static readonly string[] Float32 = ["--precision", "Float32", "--device", "cpu"];

    private static readonly string[] Texts = ["sentence: The bridge is far too long.", "sentence: It has two piers.", "sentence: I like it."];

    [Theory]
    [InlineData("Decoding")]
    [InlineData("Ranking")]
    public async Task An_evaluation_is_the_librarys_own_with_every_answer(string method)
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        JsonElement json = (await Workplace.DoneAsync(
            ["evaluate", Workplace.Task("books"), "books-0", "--split", "test", "--max-rows", "20", "--method", method, "--predictions", "answers.jsonl", "--json", .. Float32])).Json;
        TextTask task = TaskFolder.Load(Workplace.Task("books"), new TaskLoadOptions { MaxRows = 20 });
        EvaluationOptions options = TunedLibrary.Options().ToEvaluationOptions();
        options.Method = Enum.Parse<EvaluationMethod>(method);
        PromptEvaluation expected = await new PromptEvaluator(tuned.Backbone).EvaluateAsync((await tuned.PromptAsync("books-0")).Prompt, task, task.Test, options, TestContext.Current.CancellationToken);
        Assert.Equal(expected.Score, json.GetProperty("score").GetDouble());
        Assert.Equal(expected.Metrics["accuracy"], json.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(
            from target in Enumerable.Range(0, 2) from answer in Enumerable.Range(0, 2) select expected.Confusion![target, answer],
            json.GetProperty("confusion").GetProperty("counts").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(count => count.GetInt32()));
        JsonElement[] rows = [.. File.ReadLines("answers.jsonl").Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(expected.Predictions.Select(prediction => prediction.Text), rows.Select(row => row.GetProperty("answer").GetString()));
        Assert.Equal(expected.Predictions.Select(prediction => prediction.IsExactMatch), rows.Select(row => row.GetProperty("isRight").GetBoolean()));
        Assert.Equal(method == "Ranking", rows[0].TryGetProperty("probabilities", out _));
    }

    [Fact]
    public async Task The_model_alone_is_evaluated_and_a_wrong_split_or_prompt_is_named()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        Answer answer = await Workplace.DoneAsync(["evaluate", Workplace.Task("books"), "none", "--max-rows", "4", .. Float32]);
        Assert.Contains("none on 4 validation examples of books: score", answer.Out, StringComparison.Ordinal);
        Assert.Contains("target", answer.Out, StringComparison.Ordinal); // the matrix
        Assert.Contains("expected one of train, validation, test", await Workplace.RefusedAsync("evaluate", Workplace.Task("books"), "books-0", "--split", "all"), StringComparison.Ordinal);
        Assert.Contains("There are books-0, films-0", await Workplace.RefusedAsync("evaluate", Workplace.Task("books"), "nix"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_and_probabilities_are_the_librarys_own_from_arguments_lines_and_files()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        using PromptLibrary library = PromptLibrary.Open("prompts");
        await using PromptInference inference = new(tuned.Backbone, library);
        IReadOnlyList<ClassificationResult> expected = await inference.ClassifyAsync(
            [.. Texts.Select(text => new PromptRequest(text, "books-0"))], cancellationToken: TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync("texts.csv", ["body,stars", .. Texts.Select(text => $"{text["sentence: ".Length..]},3")], TestContext.Current.CancellationToken);

        Check(await Workplace.DoneAsync(["predict", "books-0", .. Texts, "--json", .. Float32]));
        Check(await Workplace.RunAsync(string.Join("\n\n", Texts), ["predict", "books-0", "--json", .. Float32]));
        Check(await Workplace.DoneAsync(["predict", "books-0", "--file", "texts.csv", "--input", "sentence: {body}", "--json", .. Float32]));
        Answer plain = await Workplace.DoneAsync(["predict", "books-0", Texts[0], .. Float32]);
        Assert.Equal(FormattableString.Invariant($"{expected[0].Label}\t{100 * expected[0].Best.LabelSetProbability:F1} %\t{Texts[0]}\n"), plain.Out);
        Assert.Contains("1 text answered by books-0 on spot-tiny", plain.Error, StringComparison.Ordinal);

        void Check(Answer answer)
        {
            Assert.Equal(Texts, answer.Rows.Select(row => row.GetProperty("input").GetString()));
            Assert.Equal(expected.Select(one => one.Label), answer.Rows.Select(row => row.GetProperty("label").GetString()));
            foreach ((ClassificationResult one, JsonElement row) in expected.Zip(answer.Rows))
            {
                Assert.Equal(one.Best.LabelSetProbability, row.GetProperty("probability").GetDouble(), 1e-5);
                Assert.Equal(1, row.GetProperty("probabilities").EnumerateObject().Sum(label => label.Value.GetDouble()), 1e-9);
            }
        }
    }

    [Fact]
    public async Task Text_is_written_where_it_is_asked_for_and_by_a_prompt_file()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        await Workplace.DoneAsync(["convert", "books-0", "books.npy", .. Float32]);
        string expected = (await tuned.Backbone.GenerateAsync([Texts[0]], (await tuned.PromptAsync("books-0")).Prompt, 96, 4, TestContext.Current.CancellationToken))[0];
        Answer written = await Workplace.DoneAsync(["predict", "books-0", Texts[0], "--generate", "--max-new-tokens", "4", "--json", .. Float32]);
        Answer byFile = await Workplace.DoneAsync(["predict", "books.npy", Texts[0], "--max-new-tokens", "4", "--json", .. Float32]);
        Answer chosen = await Workplace.DoneAsync(["predict", "books.npy", Texts[0], "--labels", "fact", "opinion", "--json", .. Float32]);
        Assert.Equal(expected, written.Json.GetProperty("text").GetString());
        Assert.Equal(expected, byFile.Json.GetProperty("text").GetString());
        Assert.Contains(chosen.Json.GetProperty("label").GetString(), (string[])["fact", "opinion"]);
    }

    [Fact]
    public async Task A_row_without_the_columns_is_named_with_those_that_it_has()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        await File.WriteAllTextAsync("texts.csv", "body,stars\ngood,5\n", TestContext.Current.CancellationToken);
        string said = await Workplace.RefusedAsync(["predict", "books-0", "--file", "texts.csv", .. Float32]);
        Assert.Contains("'texts.csv', line 2: found no field 'input' or 'text', only 'body', 'stars'", said, StringComparison.Ordinal);
        Assert.Contains("--input '{body}'", said, StringComparison.Ordinal);
        Assert.Contains("field 'title'", await Workplace.RefusedAsync(["predict", "books-0", "--file", "texts.csv", "--input", "{title}", .. Float32]), StringComparison.Ordinal);
        Assert.Contains("is not closed", await Workplace.RefusedAsync(["predict", "books-0", "--file", "texts.csv", "--input", "{title", .. Float32]), StringComparison.Ordinal);
    }
}
