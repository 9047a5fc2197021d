using System.Runtime.CompilerServices;
using Spot.Tokenization;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A frozen T5 with its tokenizer: one checkpoint in memory that serves any number of soft prompts.</summary>
/// <remarks>
/// Safe for concurrent calls. It computes on one thread of its own, and hands the model over between the steps of a tuning run and between the batches of
/// an evaluation or a generation: whoever asks next has the next turn. Its weights never change.
/// The one who loads it disposes it, at any time: the step under way is finished, and what waits ends with <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed partial class T5Backbone : IDisposable, IAsyncDisposable
{
    private readonly ModelThread _thread;
    private volatile bool _disposed;

    private T5Backbone(string folder, string name, FrozenT5 model, T5Tokenizer tokenizer, ModelThread thread)
    {
        _thread = thread;
        Folder = folder;
        Name = name;
        Model = model;
        Tokenizer = tokenizer;
    }

    /// <summary>The name of the checkpoint's folder.</summary>
    public string Name { get; }

    /// <summary>The architecture.</summary>
    public T5Config Config => Model.Config;

    /// <summary>How many numbers the weights are; an output head that is not the embeddings is counted.</summary>
    public long ParameterCount => Model.Weights.Tensors.Values.Sum(tensor => tensor.NumberOfElements);

    /// <summary>The checkpoint's tokenizer.</summary>
    public T5Tokenizer Tokenizer { get; }

    /// <summary>
    /// Identifies the weights as they are stored and what they compute: SHA-256 in hex over tensors and configuration. It does not depend on how
    /// they are split into files, nor on <see cref="Precision"/>. Prompts carry it.
    /// </summary>
    public string Fingerprint => Model.Weights.Fingerprint;

    /// <summary>Where it computes, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => Model.Device.ToString();

    /// <summary>What of it decides the numbers that it computes.</summary>
    public BackboneIdentity Identity => new(Fingerprint, Precision, Model.Device.type.ToString().ToLowerInvariant());

    /// <summary>The type that weights and activations have.</summary>
    public BackbonePrecision Precision => Model.Type == ScalarType.BFloat16 ? BackbonePrecision.BFloat16 : BackbonePrecision.Float32;

    internal FrozenT5 Model { get; }

    /// <summary>The full path of the checkpoint's folder.</summary>
    internal string Folder { get; }

    /// <summary>Answers inputs by greedy decoding.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="prompt">The soft prompt in front of them; null for the bare model.</param>
    /// <param name="maxInputTokens">Inputs are cut to this many tokens, end of sequence included; at least 1.</param>
    /// <param name="maxTokens">The most tokens of an answer, at least 1.</param>
    /// <param name="cancellationToken">Checked before every batch of 32 inputs.</param>
    /// <returns>The answers, in the order of the inputs.</returns>
    /// <exception cref="SpotException">The prompt belongs to another backbone.</exception>
    [OverloadResolutionPriority(1)] // so that null means the bare model
    public async Task<IReadOnlyList<string>> GenerateAsync(
        IReadOnlyList<string> inputs,
        SoftPrompt? prompt = null,
        int maxInputTokens = 512,
        int maxTokens = 64,
        CancellationToken cancellationToken = default)
    {
        string[][] answers = await AnswerAsync(inputs, [prompt], maxInputTokens, maxTokens, cancellationToken).ConfigureAwait(false);
        return answers[0];
    }

    /// <summary>Answers inputs by greedy decoding behind each of several prompts, in batches that mix the prompts.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="prompts">The soft prompts, at least one; their lengths may differ.</param>
    /// <param name="maxInputTokens">Inputs are cut to this many tokens, end of sequence included; at least 1.</param>
    /// <param name="maxTokens">The most tokens of an answer, at least 1.</param>
    /// <param name="cancellationToken">Checked before every batch of 32 answers.</param>
    /// <returns>
    /// For each input the answers of every prompt, in the orders given; what one prompt at a time gives. <c>Spot.Tasks.PromptEnsemble</c> takes the vote.
    /// </returns>
    /// <exception cref="ArgumentException">There is no prompt.</exception>
    /// <exception cref="SpotException">A prompt belongs to another backbone.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> GenerateAsync(
        IReadOnlyList<string> inputs,
        IReadOnlyList<SoftPrompt> prompts,
        int maxInputTokens = 512,
        int maxTokens = 64,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count == 0 || prompts.Contains(null))
        {
            throw new ArgumentException(prompts.Count == 0 ? "Found no prompts, expected at least one." : "Found a prompt that is null; the bare model answers by itself.", nameof(prompts));
        }

        string[][] answers = await AnswerAsync(inputs, [.. prompts], maxInputTokens, maxTokens, cancellationToken).ConfigureAwait(false);
        return [.. Enumerable.Range(0, inputs.Count).Select(i => (IReadOnlyList<string>)[.. answers.Select(ofPrompt => ofPrompt[i])])];
    }

    /// <summary>Frees the model, after the step that is under way: waits for it, unless called from that step itself.</summary>
    public void Dispose()
    {
        Task ended = EndAsync();
        if (!_thread.IsCurrent)
        {
            ended.GetAwaiter().GetResult();
        }
    }

    /// <summary>Frees the model, after the step that is under way.</summary>
    /// <returns>Completes when the model is freed.</returns>
    public ValueTask DisposeAsync() => new(EndAsync());

    /// <summary>Throws unless a prompt belongs to this backbone.</summary>
    internal void CheckPrompt(SoftPrompt? prompt)
    {
        if (prompt is null || (prompt.BackboneFingerprint == Fingerprint && prompt.Dim == Config.Dim))
        {
            return;
        }

        throw new SpotException(
            $"The prompt ({prompt.Length} x {prompt.Dim}) belongs to the backbone {Short(prompt.BackboneFingerprint)}, but '{Name}' is {Short(Fingerprint)} " +
            $"(width {Config.Dim}). A soft prompt works only with the model that it was tuned on: load that one, or tune a prompt for this one.");
    }

    /// <summary>
    /// Runs long work on a thread of its own, which computes nothing itself: it asks the model's thread for one step or batch after the other, by
    /// <see cref="FrozenT5.Run"/>, so that several such runs take turns.
    /// </summary>
    internal Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private Task EndAsync()
    {
        _disposed = true;
        return _thread.EndAsync(Model.Dispose);
    }

    // By prompt, then by input.
    private async Task<string[][]> AnswerAsync(
        IReadOnlyList<string> inputs, SoftPrompt?[] prompts, int maxInputTokens, int maxTokens, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxInputTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        Array.ForEach(prompts, CheckPrompt);
        int[][] ids = [.. inputs.Select(input => Tokenizer.Encode(input, maxInputTokens))];
        int[][][] written = await RunAsync(() => GreedyBatches.Run(Model, prompts, ids, maxTokens, cancellationToken), cancellationToken).ConfigureAwait(false);
        return [.. written.Select(ofPrompt => ofPrompt.Select(answer => Tokenizer.Decode(answer)).ToArray())];
    }

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] + "…" : fingerprint;
}
