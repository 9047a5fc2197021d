using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spot.Inference;
using Spot.Tests.Backbone;

namespace Spot.Tests.DependencyInjection;

public sealed class AddInferenceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_answers_by_key_and_the_requests_under_way_are_answered_when_the_host_stops()
    {
        ServiceProvider host = new ServiceCollection()
            .AddKeyedSpot("tiny", spot => (spot.ModelPath, spot.Backbone.Device) = (TestModels.SpotTiny, "cpu")).AddInference(options => options.MaxRows = 4).Services
            .BuildServiceProvider();
        IPromptInference inference = host.GetRequiredKeyedService<IPromptInference>("tiny");
        Assert.Same(inference, host.GetRequiredKeyedService<IPromptInference>("tiny"));
        await inference.PreloadAsync([], Cancel);
        Task<GenerationResult>[] under = [.. Enumerable.Range(0, 8).Select(i => inference.GenerateAsync(
            new PromptRequest($"sentence: number {i}"), new GenerationOptions { MaxNewTokens = 10, MinNewTokens = 10 }, Cancel))];
        await under[0];
        await host.DisposeAsync();
        Assert.All(under, one => Assert.True(one.IsCompletedSuccessfully, one.Exception?.ToString()));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => inference.GenerateAsync(new PromptRequest("late"), cancellationToken: Cancel));
    }

    [Fact]
    public async Task Options_are_checked_when_a_host_starts_and_a_library_is_missed_only_by_an_id()
    {
        using ServiceProvider wrong = new ServiceCollection()
            .AddSpot(spot => spot.ModelPath = TestModels.SpotTiny).AddInference(options => options.QueueCapacity = 0).Services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(wrong.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains("PromptInferenceOptions.QueueCapacity is 0; expected at least 1", error.Message, StringComparison.Ordinal);
        using ServiceProvider right = new ServiceCollection()
            .AddSpot(spot => (spot.ModelPath, spot.Backbone.Device) = (TestModels.SpotTiny, "cpu")).AddInference().Services.BuildServiceProvider();
        right.GetRequiredService<IStartupValidator>().Validate();
        IPromptInference inference = right.GetRequiredService<IPromptInference>();
        await inference.EmbedAsync(new PromptRequest("text"), Cancel);
        OptionsValidationException missing = await Assert.ThrowsAsync<OptionsValidationException>(() => inference.EmbedAsync(new PromptRequest("text", "id"), Cancel));
        Assert.Contains("SpotOptions.LibraryPath is empty", missing.Message, StringComparison.Ordinal);
    }
}
