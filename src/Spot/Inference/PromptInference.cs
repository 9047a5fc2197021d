using System.Diagnostics;
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
    private readonly FirstUse<Engine> _engine;
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
        _engine = new FirstUse<Engine>(() => new Engine(backbone(), library, _options, logger ?? NullLogger<PromptInference>.Instance));
    }

    /// <inheritdoc/>
    public int QueueCapacity => _options.QueueCapacity;

    /// <summary>What computes, for tests.</summary>
    internal Scheduler Scheduler => _engine.Get().Scheduler;

    /// <inheritdoc/>
    public Task<GenerationResult> GenerateAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync<GenerationJob, GenerationResult>(InferenceTelemetry.Generate, request, engine => engine.Reader.GenerationAsync(request, options, null, cancellationToken), cancellationToken);

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
            InferenceTelemetry.Generate,
            request,
            engine => engine.Reader.GenerationAsync(request, options, own => new TextStream(engine.Backbone.Tokenizer, own, pieces.Writer).Tell, stop.Token),
            stop.Token,
            streams: true);
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
        RunAsync<LabelsJob, ClassificationResult>(InferenceTelemetry.Classify, request, engine => engine.Reader.ClassificationAsync(request, options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ScoringResult> ScoreAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken = default) =>
        RunAsync<TargetsJob, ScoringResult>(InferenceTelemetry.Score, request, engine => engine.Reader.ScoringAsync(request, targets, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<EmbeddingResult> EmbedAsync(PromptRequest request, CancellationToken cancellationToken = default) =>
        RunAsync<EmbeddingJob, EmbeddingResult>(InferenceTelemetry.Embed, request, engine => engine.Reader.EmbeddingAsync(request, cancellationToken), cancellationToken);

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
        _engine.Made?.Prompts.Invalidate(promptId);
    }

    /// <summary>Takes no more requests, and waits until those under way are answered.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Takes no more requests.</summary>
    /// <returns>Completes when those under way are answered.</returns>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_engine.Made is { } engine)
        {
            await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<TAnswer> RunAsync<TJob, TAnswer>(
        string kind, PromptRequest request, Func<Engine, Task<TJob>> read, CancellationToken cancellationToken, bool streams = false)
        where TJob : Job<TAnswer>
    {
        long began = Stopwatch.GetTimestamp();
        using Activity? activity = InferenceTrace.Begin(kind, streams);
        try
        {
            TAnswer answer = await AnswerAsync<TJob, TAnswer>(request, read, activity, cancellationToken).ConfigureAwait(false);
            InferenceTelemetry.Ended(kind, began, null);
            return answer;
        }
        catch (Exception exception)
        {
            InferenceTelemetry.Ended(kind, began, exception);
            InferenceTrace.Failed(activity, exception);
            throw;
        }
    }

    private async Task<TAnswer> AnswerAsync<TJob, TAnswer>(
        PromptRequest request, Func<Engine, Task<TJob>> read, Activity? activity, CancellationToken cancellationToken)
        where TJob : Job<TAnswer>
    {
        cancellationToken.ThrowIfCancellationRequested();
        Engine engine = await EngineAsync(cancellationToken).ConfigureAwait(false);
        TJob job = await read(engine).ConfigureAwait(false);
        InferenceTrace.Asked(activity, request.PromptId ?? engine.Backbone.Name, engine.Backbone.Name, job);
        InferenceTelemetry.Take(1);
        try
        {
            engine.Scheduler.Add(job);
        }
        catch
        {
            job.Release();
            InferenceTelemetry.Take(-1);
            throw;
        }

        try
        {
            TAnswer answer = await job.WaitAsync(request.Timeout, engine.Scheduler.Drop, cancellationToken).ConfigureAwait(false);
            InferenceTrace.Answered(activity, job, answer);
            return answer;
        }
        finally
        {
            InferenceTelemetry.Take(-1);
        }
    }

    private ValueTask<Engine> EngineAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _engine.GetAsync(cancellationToken);
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
