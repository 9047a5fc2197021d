using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spot.Backbone;
using Spot.Library;
using Spot.Studies;
using Spot.Tests.Backbone;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.DependencyInjection;

public sealed class AddSpotTests : IDisposable
{
    private static readonly TextExample[] Rows = [new("The bridge is long.", "fact"), new("The bridge is lovely.", "opinion")];
    private static readonly TextTask Toy = new("toy", ["fact", "opinion"], Rows, Rows);
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_services_are_singletons()
    {
        using ServiceProvider services = Provider(TestModels.SpotTiny);
        using IServiceScope scope = services.CreateScope();
        foreach (Type type in new[] { typeof(T5Backbone), typeof(IPromptTuner), typeof(ITaskEmbedder), typeof(IPromptInspector), typeof(MultitaskTuner), typeof(IPromptLibrary) })
        {
            Assert.Same(services.GetRequiredService(type), scope.ServiceProvider.GetRequiredService(type));
        }

        Assert.IsType<PromptTuner>(services.GetRequiredService<IPromptTuner>());
        Assert.IsType<TaskEmbedder>(services.GetRequiredService<ITaskEmbedder>());
        Assert.Equal(_folder.Path, Assert.IsType<PromptLibrary>(services.GetRequiredService<IPromptLibrary>()).Folder);
    }

    [Fact]
    public async Task The_tools_of_studies_are_the_registrations_own()
    {
        using (ServiceProvider services = Provider(TestModels.SpotTiny))
        {
            StudyTools tools = services.GetRequiredService<StudyTools>();
            Assert.Same(services.GetRequiredService<IModelTuner>(), tools.ModelTuner);
            Assert.Null(tools.ModelFolder);
            FewShotOptions two = new() { Demonstrations = 2, Seed = 3 };
            T5Backbone backbone = services.GetRequiredService<T5Backbone>();
            Assert.Equal(FewShot.Apply(Toy, Rows, backbone.Tokenizer, two).Examples, tools.ShowExamples!(Toy, Rows, two));
            using ITunedModel opened = tools.OpenModel!(TestModels.SpotTiny);
            Assert.Equal(
                await services.GetRequiredService<IPromptEvaluator>().EvaluateAsync(null, Toy, Rows, cancellationToken: Cancel),
                await opened.Evaluator.EvaluateAsync(null, Toy, Rows, cancellationToken: Cancel), (a, b) => a.Score == b.Score);
        }

        ServiceCollection keyed = new();
        StudyTools own = new();
        keyed.AddSingleton(own).AddKeyedSpot("a", options => (options.ModelPath, options.Backbone.Device) = (TestModels.SpotTiny, "nowhere"));
        keyed.AddSpot();
        using ServiceProvider other = keyed.BuildServiceProvider();
        Assert.Same(own, other.GetRequiredService<StudyTools>()); // what is registered stays
        StudyTools ofKey = other.GetRequiredKeyedService<StudyTools>("a");
        Assert.Same(other.GetRequiredKeyedService<IModelTuner>("a"), ofKey.ModelTuner);
        Assert.Contains("nowhere", Assert.ThrowsAny<Exception>(() => ofKey.OpenModel!(TestModels.SpotTiny)).Message, StringComparison.Ordinal); // as its options say
    }

    [Fact]
    public async Task A_bad_model_path_is_told_when_a_host_starts_and_else_at_first_use()
    {
        using ServiceProvider services = Provider(Path.Combine(_folder.Path, "nowhere"));
        OptionsValidationException atStart = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate); // what a host calls
        Assert.Contains($"SpotOptions.ModelPath is '{Path.Combine(_folder.Path, "nowhere")}': No model folder", atStart.Message, StringComparison.Ordinal);
        IPromptTuner tuner = services.GetRequiredService<IPromptTuner>();
        ITaskEmbedder embedder = services.GetRequiredService<ITaskEmbedder>();
        IPromptEvaluator evaluator = services.GetRequiredService<IPromptEvaluator>();
        IModelTuner modelTuner = services.GetRequiredService<IModelTuner>();
        foreach (Func<Task> use in new Func<Task>[]
        {
            () => tuner.TuneAsync(Toy, cancellationToken: Cancel),
            () => evaluator.EvaluateAsync(null, Toy, Rows, cancellationToken: Cancel),
            () => services.GetRequiredService<IPromptInspector>().ReportAsync(new SoftPrompt(1, 1, [1], "x"), cancellationToken: Cancel),
            () => modelTuner.TuneAsync(Toy, Path.Combine(_folder.Path, "tuned"), cancellationToken: Cancel),
            () => embedder.EmbedAsync(Toy, cancellationToken: Cancel),
        })
        {
            OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(use);
            Assert.Contains($"No model folder '{Path.Combine(_folder.Path, "nowhere")}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("config.json", "No model configuration at")]
    [InlineData("model.safetensors", "No weights in")]
    [InlineData("spiece.model", "expected spiece.model or tokenizer.json")]
    public void A_folder_that_is_no_checkpoint_is_told_when_a_host_starts(string lacking, string expected)
    {
        foreach (string file in new[] { "config.json", "model.safetensors", "spiece.model" })
        {
            File.Copy(Path.Combine(TestModels.SpotTiny, file), Path.Combine(_folder.Path, file));
        }

        using (ServiceProvider whole = Provider(_folder.Path))
        {
            whole.GetRequiredService<IStartupValidator>().Validate();
        }

        File.Delete(Path.Combine(_folder.Path, lacking));
        using ServiceProvider services = Provider(_folder.Path);
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_a_model_starts()
    {
        using ServiceProvider services = new ServiceCollection().AddSpot(options => options.LibraryPath = _folder.Path).Services.BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.NotNull(services.GetRequiredService<IPromptLibrary>());
    }

    [Fact]
    public async Task A_missing_setting_is_named_with_the_remedy()
    {
        using ServiceProvider services = new ServiceCollection().AddSpot().Services.BuildServiceProvider();
        IPromptTuner tuner = services.GetRequiredService<IPromptTuner>();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => tuner.TuneAsync(Toy, cancellationToken: Cancel));
        Assert.Contains("SpotOptions.ModelPath is empty", error.Message, StringComparison.Ordinal);
        Assert.Contains("services.AddSpot(o => o.ModelPath", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IPromptLibrary>);
        Assert.Contains("SpotOptions.LibraryPath is empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_registered_already_wins()
    {
        FakeTuner tuner = new(_ => 1);
        ServiceCollection collection = new();
        collection.AddSingleton<IPromptTuner>(tuner);
        collection.AddSpot(options => options.LibraryPath = _folder.Path);
        using ServiceProvider services = collection.BuildServiceProvider();
        Assert.Same(tuner, services.GetRequiredService<IPromptTuner>());
        await services.GetRequiredService<ITaskEmbedder>().EmbedAsync(Toy, cancellationToken: Cancel); // goes through it: no model is asked for
        Assert.Single(tuner.Calls);
    }

    [Fact]
    public void A_second_call_only_adds_its_settings()
    {
        ServiceCollection collection = new();
        collection.AddSpot(options => options.ModelPath = TestModels.SpotTiny).Services.AddSpot().Services.AddSpot(options => options.LibraryPath = _folder.Path);
        using ServiceProvider services = collection.BuildServiceProvider();
        SpotOptions set = services.GetRequiredService<IOptions<SpotOptions>>().Value;
        Assert.Equal((TestModels.SpotTiny, _folder.Path), (set.ModelPath, set.LibraryPath));
        foreach (Type type in new[] { typeof(T5Backbone), typeof(IPromptTuner), typeof(ITaskEmbedder), typeof(IPromptLibrary) })
        {
            Assert.Single(collection, service => service.ServiceType == type);
        }

        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddSpot());
    }

    [Fact]
    public async Task Tunes_keeps_and_transfers_through_the_container()
    {
        using ServiceProvider services = Provider(TestModels.SpotTiny);
        IPromptTuner tuner = services.GetRequiredService<IPromptTuner>();
        IPromptLibrary library = services.GetRequiredService<IPromptLibrary>();
        TuningOptions options = TuningOptions.SmallModel();
        (options.Steps, options.EmbeddingStep, options.BatchSize, options.PromptLength) = (2, 1, 2, 3);
        TuningResult result = await tuner.TuneAsync(Toy, options, cancellationToken: Cancel);
        await library.AddAsync(PromptRecord.FromTuning(Toy, result), cancellationToken: Cancel);
        BestOfTopK transfer = new(tuner, services.GetRequiredService<ITaskEmbedder>(), library) { IncludeOwnTask = true };
        TransferCandidate best = (await transfer.TransferAsync(Toy, options, cancellationToken: Cancel)).Best;
        TransferSource source = Assert.Single(best.Sources);
        Assert.Equal(("toy-0", 1.0), (source.Info.Id, source.Weight));
        Assert.Equal(1, source.Similarity!.Value, 1e-9); // the same task by the same recipe
        Assert.Equal(services.GetRequiredService<T5Backbone>().Fingerprint, library.BackboneFingerprint);
    }

    [Fact]
    public async Task The_container_disposes_the_backbone_that_it_loaded()
    {
        ServiceProvider services = Provider(TestModels.SpotTiny);
        T5Backbone backbone = services.GetRequiredService<T5Backbone>();
        IPromptEvaluator evaluator = services.GetRequiredService<IPromptEvaluator>();
        await evaluator.EvaluateAsync(null, Toy, Rows[..1], cancellationToken: Cancel);
        await services.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => backbone.GenerateAsync(["x"], cancellationToken: Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => evaluator.EvaluateAsync(null, Toy, Rows, cancellationToken: Cancel));
    }

    private ServiceProvider Provider(string model) => new ServiceCollection().AddSpot(options =>
    {
        options.ModelPath = model;
        options.LibraryPath = _folder.Path;
        options.Backbone = new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 };
    }).Services.BuildServiceProvider();
}
