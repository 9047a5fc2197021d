using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spot.Backbone;
using Spot.Tests.Backbone;

namespace Spot.Tests.DependencyInjection;

/// <summary>Options are checked when a host starts: what was found, what was expected, whose it is.</summary>
public sealed class SpotOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    [InlineData(null)]
    public void An_unknown_device(string? device) =>
        Fails(options => options.Backbone.Device = device!, $"SpotOptions.Backbone.Device is '{device}'; expected auto, cpu, cuda, cuda:N or mps. Use 'auto'");

    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    [InlineData("cuda")]
    [InlineData("cuda:7")]
    [InlineData("mps")]
    public void A_device_need_not_be_there_yet(string device) => Validate(options => options.Backbone.Device = device);

    [Fact]
    public void A_precision_out_of_range()
    {
        Fails(options => options.Backbone.Precision = (BackbonePrecision)9, "SpotOptions.Backbone.Precision is 9; expected Auto, Float32 or BFloat16.");
        Fails(options => options.Backbone.Precision = BackbonePrecision.Float16, "SpotOptions.Backbone.Precision is Float16, which T5 cannot be computed in");
        Assert.Contains(
            "Precision is 9", Assert.Throws<ArgumentException>(() => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Precision = (BackbonePrecision)9 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_threads()
    {
        Fails(options => options.Backbone.Threads = 0, "SpotOptions.Backbone.Threads is 0; expected at least 1.");
        Assert.Contains("Threads is -1", Assert.Throws<ArgumentException>(() => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Threads = -1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_a_file()
    {
        string file = Path.Combine(_folder.Path, "prompts");
        File.WriteAllText(file, "");
        string expected = $"but '{file}' is a file; expected a folder, or a path where one can be made.";
        Fails(options => options.LibraryPath = file, $"SpotOptions.LibraryPath is '{file}', {expected}");
        Fails(options => options.LibraryPath = Path.Combine(file, "below", "it"), expected);
        Fails(options => options.LibraryPath = " ", "SpotOptions.LibraryPath is blank; expected a folder");
        Fails(options => options.LibraryPath = "a\0b", "SpotOptions.LibraryPath is a path with a NUL character; expected a folder");
        Validate(options => options.LibraryPath = Path.Combine(_folder.Path, "new", "folder"));
    }

    [Fact]
    public void Nulls()
    {
        Fails(options => options.Backbone = null!, "SpotOptions.Backbone is null");
        Fails(options => options.ModelPath = null!, "SpotOptions.ModelPath is null");
        Fails(options => options.LibraryPath = null!, "SpotOptions.LibraryPath is null");
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once() => Assert.Equal(3, Fails(
        options => (options.ModelPath, options.LibraryPath, options.Backbone.Device) = (" ", "\t", "tpu"), "SpotOptions.ModelPath is ' '").Failures.Count());

    private static OptionsValidationException Fails(Action<SpotOptions> set, string expected)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Validate(set));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        return error;
    }

    // What a host does when it starts.
    private static void Validate(Action<SpotOptions> set)
    {
        using ServiceProvider services = new ServiceCollection().AddSpot(set).Services.BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}
