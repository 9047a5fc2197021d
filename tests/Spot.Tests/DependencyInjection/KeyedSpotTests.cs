using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Spot.Backbone;
using Spot.Library;
using Spot.Tests.Backbone;

namespace Spot.Tests.DependencyInjection;

/// <summary>Several models in one host.</summary>
public sealed class KeyedSpotTests : IDisposable
{
    private static readonly Type[] Parts = [typeof(T5Backbone), typeof(IPromptTuner), typeof(ITaskEmbedder), typeof(IPromptLibrary)];
    private static readonly TextExample[] Rows = [new("The bridge is long.", "fact"), new("The bridge is lovely.", "opinion")];
    private static readonly TextTask Toy = new("toy", ["fact", "opinion"], Rows, Rows);
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_builder_says_where_further_parts_belong()
    {
        ServiceCollection services = new();
        ISpotBuilder plain = services.AddSpot(), keyed = services.AddKeyedSpot("base");
        Assert.Equal((null, ""), (plain.ServiceKey, plain.OptionsName));
        Assert.Equal(("base", "base"), (keyed.ServiceKey, keyed.OptionsName));
        Assert.Same(services, plain.Services);
        Assert.Same(services, keyed.Services);
        Assert.Throws<ArgumentException>("serviceKey", () => services.AddKeyedSpot(" "));
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddKeyedSpot("base"));
    }

    [Fact]
    public async Task Models_with_and_without_keys_live_in_one_host()
    {
        HostApplicationBuilder builder = Builder();
        builder.Services.AddSpot(options => Set(options, TestModels.SpotTiny, "plain"));
        builder.Services.AddKeyedSpot("base", options => Set(options, TestModels.SpotTiny, "base"));
        builder.Services.AddKeyedSpot("small", options => Set(options, OtherModel(), "small"));
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        string?[] keys = [null, "base", "small"];
        foreach (Type part in Parts)
        {
            object[] of = [.. keys.Select(key => Part(host, part, key))];
            Assert.Equal(3, of.Distinct(ReferenceEqualityComparer.Instance).Count());
            Assert.Equal(of, keys.Select(key => Part(host, part, key))); // singletons
        }

        foreach (string key in new[] { "plain", "base", "small" })
        {
            Assert.Equal(Path.Combine(_folder.Path, key), Assert.IsType<PromptLibrary>(Part(host, typeof(IPromptLibrary), key == "plain" ? null : key)).Folder);
        }

        // Each tunes on its own model, which the prompt's backbone tells.
        TuningOptions options = TuningOptions.SmallModel();
        (options.Steps, options.EmbeddingStep, options.BatchSize, options.PromptLength) = (1, 1, 2, 2);
        T5Backbone[] backbones = [.. keys.Select(key => (T5Backbone)Part(host, typeof(T5Backbone), key))];
        Assert.NotEqual(backbones[1].Fingerprint, backbones[2].Fingerprint);
        for (int i = 0; i < keys.Length; i++)
        {
            TuningResult result = await ((IPromptTuner)Part(host, typeof(IPromptTuner), keys[i])).TuneAsync(Toy, options, cancellationToken: Cancel);
            Assert.Equal(backbones[i].Fingerprint, result.Best.BackboneFingerprint);
            TaskEmbedding embedding = await ((ITaskEmbedder)Part(host, typeof(ITaskEmbedder), keys[i])).EmbedAsync(Toy, options, cancellationToken: Cancel);
            Assert.Equal(result.Embedding!.Prompt.Values.ToArray(), embedding.Prompt.Values.ToArray());
        }

        await host.StopAsync(Cancel);
        host.Dispose();
        foreach (T5Backbone backbone in backbones)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => backbone.GenerateAsync(["x"], cancellationToken: Cancel));
        }
    }

    [Fact]
    public void A_key_is_registered_once_and_a_second_call_adds_its_settings()
    {
        ServiceCollection services = new();
        services.AddKeyedSpot("base", options => options.ModelPath = TestModels.SpotTiny);
        services.AddKeyedSpot(new string("base".ToCharArray()), options => options.LibraryPath = _folder.Path);
        Assert.All(Parts, part => Assert.Single(services, service => service.ServiceType == part));
        using ServiceProvider provider = services.BuildServiceProvider();
        SpotOptions set = provider.GetRequiredService<IOptionsMonitor<SpotOptions>>().Get("base");
        Assert.Equal((TestModels.SpotTiny, _folder.Path), (set.ModelPath, set.LibraryPath));
        Assert.All(Parts, part => Assert.Null(provider.GetService(part))); // nothing without the key
    }

    [Fact]
    public async Task A_second_model_that_is_wrong_stops_the_start_and_is_named()
    {
        HostApplicationBuilder builder = Builder();
        builder.Services.AddKeyedSpot("base", options => Set(options, TestModels.SpotTiny, "base"));
        builder.Services.AddKeyedSpot("large", options =>
        {
            Set(options, Path.Combine(_folder.Path, "nowhere"), "large");
            options.Backbone.Device = "gpu";
        });
        using IHost host = builder.Build();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.Equal("large", error.OptionsName);
        Assert.Equal(2, error.Failures.Count());
        Assert.Contains($"SpotOptions.ModelPath of 'large' is '{Path.Combine(_folder.Path, "nowhere")}': No model folder", error.Message, StringComparison.Ordinal);
        Assert.Contains("SpotOptions.Backbone.Device of 'large' is 'gpu'; expected auto, cpu, cuda, cuda:N or mps.", error.Message, StringComparison.Ordinal);
        Assert.NotNull(Part(host, typeof(T5Backbone), "base")); // the other is not concerned
    }

    [Fact]
    public void A_missing_setting_names_the_key_and_the_call()
    {
        using ServiceProvider services = new ServiceCollection().AddKeyedSpot("base").Services.BuildServiceProvider();
        string message = Assert.Throws<OptionsValidationException>(() => services.GetRequiredKeyedService<T5Backbone>("base")).Message;
        Assert.Contains("SpotOptions.ModelPath of 'base' is empty", message, StringComparison.Ordinal);
        Assert.Contains("services.AddKeyedSpot(\"base\", o => o.ModelPath = \"…\")", message, StringComparison.Ordinal);
        message = Assert.Throws<OptionsValidationException>(() => services.GetRequiredKeyedService<IPromptLibrary>("base")).Message;
        Assert.Contains("SpotOptions.LibraryPath of 'base' is empty", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_bound_to_sections_by_name()
    {
        HostApplicationBuilder builder = Builder(
            ("Spot:Default:LibraryPath", _folder.Path), ("Spot:Base:ModelPath", TestModels.SpotTiny), ("Spot:Base:Backbone:Device", "cpu"),
            ("Spot:Base:Backbone:Precision", "Float32"), ("Spot:Base:Backbone:Threads", "3"));
        builder.Services.AddSpot();
        builder.Services.AddOptions<SpotOptions>().BindConfiguration("Spot:Default");
        builder.Services.AddKeyedSpot("base");
        builder.Services.Configure<SpotOptions>("base", builder.Configuration.GetSection("Spot:Base"));
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        IOptionsMonitor<SpotOptions> options = host.Services.GetRequiredService<IOptionsMonitor<SpotOptions>>();
        Assert.Equal((_folder.Path, ""), (options.CurrentValue.LibraryPath, options.CurrentValue.ModelPath));
        SpotOptions keyed = options.Get("base");
        Assert.Equal((TestModels.SpotTiny, ""), (keyed.ModelPath, keyed.LibraryPath));
        Assert.Equal(("cpu", BackbonePrecision.Float32, 3), (keyed.Backbone.Device, keyed.Backbone.Precision, keyed.Backbone.Threads));
        Assert.Equal(_folder.Path, Assert.IsType<PromptLibrary>(Part(host, typeof(IPromptLibrary), null)).Folder);
    }

    [Theory]
    [InlineData("Backbone:Precision", "Float8", "Float8")] // the binder's own words
    [InlineData("Backbone:Precision", "17", "SpotOptions.Backbone.Precision of 'base' is 17; expected Auto, Float32 or BFloat16.")]
    [InlineData("Backbone:Threads", "0", "SpotOptions.Backbone.Threads of 'base' is 0; expected at least 1.")]
    public async Task A_section_that_is_wrong_stops_the_start(string option, string value, string expected)
    {
        HostApplicationBuilder builder = Builder(($"Spot:{option}", value));
        builder.Services.AddKeyedSpot("base");
        builder.Services.AddOptions<SpotOptions>("base").BindConfiguration("Spot");
        using IHost host = builder.Build();
        Exception? error = await Record.ExceptionAsync(() => host.StartAsync(Cancel));
        Assert.Contains(expected, Assert.IsType<Exception>(error, exactMatch: false).Message, StringComparison.Ordinal);
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] configuration)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(configuration.Select(entry => KeyValuePair.Create<string, string?>(entry.Key, entry.Value)));
        return builder;
    }

    private static object Part(IHost host, Type part, string? key) =>
        key is null ? host.Services.GetRequiredService(part) : host.Services.GetRequiredKeyedService(part, key);

    // The bundled model with another ε, which is another model.
    private string OtherModel()
    {
        string folder = Path.Combine(_folder.Path, "other");
        Directory.CreateDirectory(folder);
        foreach (string file in new[] { "config.json", "model.safetensors", "spiece.model" })
        {
            File.Copy(Path.Combine(TestModels.SpotTiny, file), Path.Combine(folder, file));
        }

        string config = Path.Combine(folder, "config.json"), text = File.ReadAllText(config);
        Assert.Contains("1e-06", text, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace("1e-06", "1e-02", StringComparison.Ordinal));
        return folder;
    }

    private void Set(SpotOptions options, string model, string library)
    {
        (options.ModelPath, options.LibraryPath) = (model, Path.Combine(_folder.Path, library));
        options.Backbone = new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 };
    }
}
