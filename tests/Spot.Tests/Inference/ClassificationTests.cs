using Spot.Inference;
using Spot.Library;
using Spot.Tuning;

namespace Spot.Tests.Inference;

/// <summary>Labels and targets with their probabilities.</summary>
public sealed class ClassificationTests : InferenceTestBase
{
    [Fact]
    public async Task Both_probabilities_of_every_label_are_told()
    {
        await using PromptInference inference = new(_backbone);
        PromptRequest request = new(Text(0)) { Prompt = _prompts[1], Labels = Labels };
        double[] alone = ScoresAlone(Text(0), _prompts[1], Labels);
        ClassificationResult result = await inference.ClassifyAsync(request, cancellationToken: Cancel);
        AssertProbabilities(alone, result);
        Assert.Equal(Labels, result.Labels.Select(label => label.Label));
        Assert.Equal(Labels[Array.IndexOf(alone, alone.Max())], result.Label);
        Assert.Equal(_backbone.Tokenizer.Encode(Text(0), 512).Length, result.InputTokens);
        Assert.All(result.Labels, label => Assert.Equal(_backbone.Tokenizer.Encode(label.Label, 512).Length, label.Tokens));
        AssertProbabilities([.. alone.Select(score => score / 2.5)], await inference.ClassifyAsync(request, new ClassificationOptions { Temperature = 2.5 }, Cancel));
        AssertProbabilities(
            [.. alone.Zip(Labels, (score, label) => score / _backbone.Tokenizer.Encode(label, 512).Length)],
            await inference.ClassifyAsync(request, new ClassificationOptions { PerToken = true }, Cancel));
    }

    [Fact]
    public async Task An_uncertain_answer_is_left_out()
    {
        await using PromptInference inference = new(_backbone);
        PromptRequest request = new(Text(0)) { Labels = Labels };
        ClassificationResult certain = await inference.ClassifyAsync(request, cancellationToken: Cancel);
        double best = certain.Best.LabelSetProbability;
        Assert.Equal(certain.Label, (await inference.ClassifyAsync(request, new ClassificationOptions { AbstainBelow = best - 1e-6 }, Cancel)).Label);
        ClassificationResult uncertain = await inference.ClassifyAsync(request, new ClassificationOptions { AbstainBelow = Math.Min(1, best + 1e-6) }, Cancel);
        Assert.Equal((null, certain.Label), (uncertain.Label, uncertain.Best.Label));
    }

    [Fact]
    public async Task Labels_and_lengths_come_with_a_prompt_and_a_request_may_name_others()
    {
        using PromptLibrary library = await LibraryAsync();
        await using PromptInference inference = new(_backbone, library);
        ClassificationResult own = await inference.ClassifyAsync(new PromptRequest(Text(0), "p1"), cancellationToken: Cancel);
        Assert.Equal(["fact", "opinion"], own.Labels.Select(label => label.Label));
        ClassificationResult others = await inference.ClassifyAsync(new PromptRequest(Text(0), "p1") { Labels = ["yes", "negative"] }, cancellationToken: Cancel);
        Assert.Equal(["yes", "negative"], others.Labels.Select(label => label.Label));
        string many = string.Join(' ', Enumerable.Repeat("long", 100));
        int all = _backbone.Tokenizer.Encode(many, int.MaxValue).Length;
        GenerationResult cut = await inference.GenerateAsync(new PromptRequest(many, "p1"), new GenerationOptions { MinNewTokens = 6 }, Cancel);
        Assert.Equal((64, all - 64, 6), (cut.InputTokens, cut.CutTokens, cut.Outputs[0].TokenIds.Count));
        GenerationResult whole = await inference.GenerateAsync(new PromptRequest(many, "p1") { MaxInputTokens = 300 }, new GenerationOptions { MaxNewTokens = 3 }, Cancel);
        Assert.Equal((all, 0), (whole.InputTokens, whole.CutTokens));
    }

    [Fact]
    public async Task A_tuned_prompt_brings_its_labels_lengths_and_method()
    {
        TuningOptions options = TuningOptions.SmallModel();
        (options.Steps, options.EvaluateEvery, options.PromptLength, options.EvaluationMethod) = (1, 1, 3, EvaluationMethod.RankingPerToken);
        TextTask task = Tuning.Toy.Task();
        PromptInfo info = PromptRecord.FromTuning(task, await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel)).Info;
        Assert.Equal(task.Labels, info.Labels);
        Assert.Equal((options.MaxInputLength, options.MaxTargetLength, EvaluationMethod.RankingPerToken), (info.MaxInputLength, info.MaxTargetLength, info.EvaluationMethod));
    }

    [Fact]
    public async Task What_is_no_label_and_no_target_is_told()
    {
        await using PromptInference inference = new(_backbone);
        foreach ((string[] labels, string expected) in new[]
        {
            (Array.Empty<string>(), "Found 0 labels, expected at least two"), (["fact"], "Found 1 labels"), (["fact", ""], "the label '', which has no tokens"),
            (["fact", "fact"], "are the same tokens"), (["漢", "字"], "are the same tokens"),
        })
        {
            ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => inference.ClassifyAsync(new PromptRequest(Text(0)) { Labels = labels }, cancellationToken: Cancel));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        Assert.Contains("Found no target", (await Assert.ThrowsAsync<ArgumentException>(() => inference.ScoreAsync(new PromptRequest(Text(0)), [], Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("vocabulary lacks", (await Assert.ThrowsAsync<ArgumentException>(() => inference.ScoreAsync(new PromptRequest(Text(0)), ["漢字"], Cancel))).Message, StringComparison.Ordinal);
    }

    private static void AssertProbabilities(double[] scores, ClassificationResult result)
    {
        double sum = scores.Sum(Math.Exp);
        foreach ((double score, LabelScore label) in scores.Zip(result.Labels))
        {
            Assert.Equal(Math.Exp(score) / sum, label.LabelSetProbability, 1e-5);
        }

        Assert.Equal(1, result.Labels.Sum(label => label.LabelSetProbability), 1e-12);
    }
}
