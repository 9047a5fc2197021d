using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;

namespace Spot.Inference;

/// <summary>Answers requests, each behind a soft prompt of its own, by one frozen T5 in memory.</summary>
/// <remarks>
/// See <see cref="IPromptInference"/> for threads and errors. It computes on the backbone's thread, a step at a time, and takes turns there with tuning runs. Who makes it
/// disposes it before the backbone: requests under way are answered first, later ones end with <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class PromptInference : IPromptInference, IDisposable, IAsyncDisposable
{
    private readonly Lazy<Engine> _engine;
    private readonly PromptInferenceOptions _options;
    private volatile bool _disposed;

    /// <summary>Inference on a loaded backbone.</summary>
    /// <param name="backbone">The backbone; the caller keeps and disposes it.</param>
    /// <param name="library">Where prompts are found by id; null where requests bring theirs. The caller keeps it.</param>
    /// <param name="options">How much is computed and kept at once; null for the defaults.</param>
    /// <param name="logger">Told of requests that failed together; null for none.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PromptInference(T5Backbone backbone, IPromptLibrary? library = null, PromptInferenceOptions? options = null, ILogger<PromptInference>? logger = null)
        : this(() => backbone, () => library, options, logger) => ArgumentNullException.ThrowIfNull(backbone);

    /// <summary>Inference whose backbone is loaded at first use.</summary>
    internal PromptInference(Func<T5Backbone> backbone, Func<IPromptLibrary?> library, PromptInferenceOptions? options, ILogger<PromptInference>? logger)
    {
        _options = options?.Clone() ?? new PromptInferenceOptions();
        PromptInferenceOptionsValidator.Check(_options);
        _engine = new Lazy<Engine>(() => new Engine(backbone(), library, _options, logger ?? NullLogger<PromptInference>.Instance));
    }

    /// <summary>What computes, for tests.</summary>
    internal Scheduler Scheduler => _engine.Value.Scheduler;

    /// <inheritdoc/>
    public Task<GenerationResult> GenerateAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync<GenerationJob, GenerationResult>(request, engine => engine.Reader.GenerationAsync(request, options, null, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationUpdate> GenerateStreamingAsync(
        PromptRequest request, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (options is { Beams: > 1 } or { Samples: > 1 })
        {
            throw new ArgumentException($"Found {options.Beams} Beams and {options.Samples} Samples, expected 1 of each: only one text can be told as it is written.", nameof(options));
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<string> pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<GenerationResult> whole = RunAsync<GenerationJob, GenerationResult>(
            request,
            engine => engine.Reader.GenerationAsync(request, options, own => new TextStream(engine.Backbone.Tokenizer, own, pieces.Writer).Tell, stop.Token),
            stop.Token);
        _ = whole.ContinueWith(_ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        int told = 0;
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                told += piece.Length;
                yield return new GenerationUpdate(piece, null);
            }

            GenerationResult result = await whole.ConfigureAwait(false);
            yield return new GenerationUpdate(result.Text[Math.Min(told, result.Text.Length)..], result.Outputs[0].FinishReason);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<ClassificationResult> ClassifyAsync(PromptRequest request, ClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync<LabelsJob, ClassificationResult>(request, engine => engine.Reader.ClassificationAsync(request, options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ScoringResult> ScoreAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken = default) =>
        RunAsync<TargetsJob, ScoringResult>(request, engine => engine.Reader.ScoringAsync(request, targets, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<EmbeddingResult> EmbedAsync(PromptRequest request, CancellationToken cancellationToken = default) =>
        RunAsync<EmbeddingJob, EmbeddingResult>(request, engine => engine.Reader.EmbeddingAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>No more of them are sent at once than may wait.</remarks>
    public Task<IReadOnlyList<GenerationResult>> GenerateAsync(
        IReadOnlyList<PromptRequest> requests, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(requests, _options.QueueCapacity, (request, token) => GenerateAsync(request, options, token), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>No more of them are sent at once than may wait.</remarks>
    public Task<IReadOnlyList<ClassificationResult>> ClassifyAsync(
        IReadOnlyList<PromptRequest> requests, ClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(requests, _options.QueueCapacity, (request, token) => ClassifyAsync(request, options, token), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>No more of them are sent at once than may wait.</remarks>
    public Task<IReadOnlyList<ScoringResult>> ScoreAsync(
        IReadOnlyList<PromptRequest> requests, IReadOnlyList<string> targets, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(requests, _options.QueueCapacity, (request, token) => ScoreAsync(request, targets, token), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>No more of them are sent at once than may wait.</remarks>
    public Task<IReadOnlyList<EmbeddingResult>> EmbedAsync(IReadOnlyList<PromptRequest> requests, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(requests, _options.QueueCapacity, EmbedAsync, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Loads the model, where that has not happened.</remarks>
    public async Task PreloadAsync(IReadOnlyList<string> promptIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        Engine engine = await EngineAsync(cancellationToken).ConfigureAwait(false);
        foreach (string id in promptIds)
        {
            (Shared<DevicePrompt>? rows, _) = await engine.Prompts.GetAsync(id, cancellationToken).ConfigureAwait(false);
            try
            {
                await engine.Backbone.Model.RunAsync(() => rows!.Value.On(engine.Backbone.Model)).ConfigureAwait(false);
            }
            finally
            {
                rows!.LetGo();
            }
        }
    }

    /// <inheritdoc/>
    public void Invalidate(string promptId)
    {
        ArgumentNullException.ThrowIfNull(promptId);
        if (_engine.IsValueCreated)
        {
            _engine.Value.Prompts.Invalidate(promptId);
        }
    }

    /// <summary>Takes no more requests, and waits until those under way are answered.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Takes no more requests.</summary>
    /// <returns>Completes when those under way are answered.</returns>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_engine.IsValueCreated)
        {
            await _engine.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<TAnswer> RunAsync<TJob, TAnswer>(PromptRequest request, Func<Engine, Task<TJob>> read, CancellationToken cancellationToken)
        where TJob : Job<TAnswer>
    {
        cancellationToken.ThrowIfCancellationRequested();
        Engine engine = await EngineAsync(cancellationToken).ConfigureAwait(false);
        TJob job = await read(engine).ConfigureAwait(false);
        try
        {
            engine.Scheduler.Add(job);
        }
        catch
        {
            job.Release();
            throw;
        }

        return await job.WaitAsync(request.Timeout, engine.Scheduler.Drop, cancellationToken).ConfigureAwait(false);
    }

    // The first use may load the checkpoint: not on the caller's thread.
    private async ValueTask<Engine> EngineAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _engine.IsValueCreated ? _engine.Value : await Task.Run(() => _engine.Value, cancellationToken).ConfigureAwait(false);
    }

    // What there is once the model is loaded.
    private sealed class Engine(T5Backbone backbone, Func<IPromptLibrary?> library, PromptInferenceOptions options, ILogger logger) : IAsyncDisposable
    {
        public T5Backbone Backbone => backbone;

        public PromptCache Prompts { get; } = new(library, options.PromptCacheBytes, backbone.CheckPrompt);

        public Scheduler Scheduler { get; } = new(backbone.Model, options, backbone.Name, logger);

        public RequestReader Reader => field ??= new RequestReader(backbone, Prompts, options.MaxRows);

        public async ValueTask DisposeAsync()
        {
            await Scheduler.DisposeAsync().ConfigureAwait(false);
            Prompts.Dispose();
        }
    }
}
