using Microsoft.Extensions.Logging;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Loading with progress and a token, and what is left where it does not come to its end.</summary>
public sealed class LoadAsyncTests : IDisposable
{
    private static readonly BackboneOptions Options = new() { Device = "cpu", Precision = BackbonePrecision.Float32 };
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_gives_what_loading_gives_and_says_how_far_it_is()
    {
        string checkpoint = Checkpoint();
        using T5Backbone expected = T5Backbone.Load(checkpoint, Options);
        Reports reports = new();
        Messages<T5Backbone> log = new(LogLevel.Information);
        await using T5Backbone backbone = await T5Backbone.LoadAsync(checkpoint, Options, log, reports, Cancel);
        Assert.Equal((expected.Fingerprint, expected.Name, expected.Precision), (backbone.Fingerprint, backbone.Name, backbone.Precision));
        Assert.Equal(await expected.GenerateAsync(["a b"], maxTokens: 5, cancellationToken: Cancel), await backbone.GenerateAsync(["a b"], maxTokens: 5, cancellationToken: Cancel));

        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        long[] sizes = [.. file.Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(tensor => 4 * tensor.Shape.Aggregate(1L, (product, size) => product * size))];
        Assert.Equal(Enumerable.Range(0, sizes.Length + 1).Select(i => new BackboneLoadProgress(sizes.Take(i).Sum(), sizes.Sum())), reports.All);
        Assert.Single(reports.Threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, reports.Threads);
        Assert.StartsWith("Loaded checkpoint", log.All[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cancelled_stops_before_the_next_tensor_and_leaves_nothing_mapped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The mappings of a process can be listed on Linux only.");
        string checkpoint = Checkpoint();
        using CancellationTokenSource source = new();
        bool mapped = false;
        Reports reports = new(count =>
        {
            if (count == 5)
            {
                mapped = IsMapped(checkpoint);
                source.Cancel();
            }
        });
        Task<T5Backbone> loading = T5Backbone.LoadAsync(checkpoint, Options, progress: reports, cancellationToken: source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);
        Assert.True(loading.IsCanceled);
        Assert.Equal(5, reports.All.Count);
        Assert.True(mapped);
        Assert.False(IsMapped(checkpoint));
    }

    [Fact]
    public async Task What_was_cancelled_before_reads_nothing()
    {
        Reports reports = new();
        Task<T5Backbone> loading = T5Backbone.LoadAsync(Checkpoint(), Options, progress: reports, cancellationToken: new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);
        Assert.Empty(reports.All);
    }

    [Fact]
    public async Task Errors_are_those_of_loading()
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => T5Backbone.LoadAsync(Path.Combine(_folder.Path, "nowhere"), cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => T5Backbone.LoadAsync(" ", cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => T5Backbone.LoadAsync(TestModels.SpotTiny, new BackboneOptions { Device = "gpu" }, cancellationToken: Cancel));
        Assert.Equal("mine", (await Assert.ThrowsAsync<InvalidOperationException>(() => T5Backbone.LoadAsync(
            Checkpoint(), Options, progress: new Reports(_ => throw new InvalidOperationException("mine")), cancellationToken: Cancel))).Message);
    }

    [Theory]
    [InlineData(ScalarType.Float32, false)] // views of the mapped file
    [InlineData(ScalarType.BFloat16, false)] // converted
    [InlineData(ScalarType.Float32, true)]
    public void Half_loaded_weights_are_freed(ScalarType type, bool cancelled)
    {
        TorchRuntime.EnsureLoaded();
        string checkpoint = Checkpoint();
        T5Config config = T5Config.Load(Path.Combine(checkpoint, "config.json"));
        using CancellationTokenSource source = new();
        long held = 0, before = Live();
        Reports reports = new(count =>
        {
            if (count == 6)
            {
                held = Live() - before;
                if (!cancelled)
                {
                    throw new InvalidOperationException("mine");
                }

                source.Cancel();
            }
        });
        Assert.Throws(
            cancelled ? typeof(OperationCanceledException) : typeof(InvalidOperationException), () => T5Weights.Load(checkpoint, config, CPU, type, reports, source.Token));
        Assert.Equal(6, held); // five tensors and the mapping
        Assert.Equal(before, Live());
    }

    [Fact]
    public void A_patched_native_library_is_logged()
    {
        Messages<T5Backbone> log = new(LogLevel.Information);
        T5Backbone.Load(Checkpoint(), Options, log).Dispose();
        bool patched = OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64
            && TorchRuntime.LacksVersion("libstdc++.so.6");
        string[] told = [.. log.All.Where(message => message.Contains("GLIBCXX_3.4.32", StringComparison.Ordinal))];
        Assert.Equal(patched ? 1 : 0, told.Length);
        Assert.All(told, message => Assert.EndsWith("libLibTorchSharp.so", message, StringComparison.Ordinal));
    }

    // Of this thread, by TorchSharp's own count.
    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private static bool IsMapped(string folder) => File.ReadAllText("/proc/self/maps").Contains(folder, StringComparison.Ordinal);

    private string Checkpoint()
    {
        string folder = Path.Combine(_folder.Path, "checkpoint");
        RandomCheckpoint.Write(folder);
        return folder;
    }

    private sealed class Reports(Action<int>? then = null) : IProgress<BackboneLoadProgress>
    {
        public List<BackboneLoadProgress> All { get; } = [];

        public HashSet<int> Threads { get; } = [];

        public void Report(BackboneLoadProgress value)
        {
            All.Add(value);
            Threads.Add(Environment.CurrentManagedThreadId);
            then?.Invoke(All.Count);
        }
    }
}
