using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spot.Backbone;
using Spot.Inference;

namespace Spot.Tests.Packaging;

/// <summary>The C# of docs/inference.md; change both together.</summary>
internal static class InferenceSnippets
{
    public static async Task AnswerAsync(T5Backbone backbone, IPromptLibrary library)
    {
        await using PromptInference inference = new(backbone, library);
        ClassificationResult answer = await inference.ClassifyAsync(new PromptRequest("sentence: The bridge is far too long.", "places-0"));
        Console.WriteLine($"{answer.Label}: {answer.Best.LabelSetProbability:P1} among the labels, log-probability {answer.Best.LogProbability:F2}");

        GenerationOptions options = new() { Temperature = 0.8, TopP = 0.95, Samples = 3, Seed = 7, MaxNewTokens = 20, StopStrings = ["."] };
        foreach (GeneratedText text in (await inference.GenerateAsync(new PromptRequest("sentence: The bridge is far too long."), options)).Outputs)
        {
            Console.WriteLine($"{text.Text} ({text.FinishReason})");
        }

        GenerationOptions choice = new() { Choices = ["fact", "opinion"], LogProbabilities = true };
        Console.WriteLine((await inference.GenerateAsync(new PromptRequest("sentence: The bridge is far too long.", "places-0"), choice)).Text);
    }

    public static async Task<PromptRecord> CalibrateAsync(IPromptEvaluator evaluator, TextTask task, PromptRecord record)
    {
        EvaluationOptions ranking = new() { Method = EvaluationMethod.Ranking, MaxInputLength = 96, MaxTargetLength = 16 };
        PromptEvaluation validation = await evaluator.EvaluateAsync(record.Prompt, task, options: ranking);
        record = record with { Info = record.Info with { CalibrationTemperature = validation.CalibrationTemperature } };
        return record;
    }

    public static void Host(HostApplicationBuilder builder)
    {
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.LibraryPath) = ("models/spot-tiny", "prompts")).AddInference(options => options.MaxRows = 16);
        builder.Services.AddHostedService<WarmUp>();
    }

    internal sealed class WarmUp(IPromptInference inference) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => inference.PreloadAsync(["places-0"], cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
