using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// The whole T5 as functions of its frozen weights (Raffel et al. 2020), with a soft prompt in front of the encoder's input.
/// </summary>
/// <remarks>
/// Every call makes tensors in the caller's dispose scope, on the caller's thread. That is the backbone's own thread, where the model has one: callers
/// reach it by <see cref="Run"/>, a step or a batch at a time.
/// </remarks>
internal sealed class FrozenT5 : IDisposable
{
    private const int PassPositions = 2048; // of the encoder, without gradients
    private readonly T5Weights _weights;
    private readonly EncoderStack _encoder;
    private readonly DecoderStack _decoder;
    private readonly Scalar? _logitScale;
    private readonly ModelThread? _thread;
    private readonly Lazy<HeadCodes?> _headCodes;

    /// <param name="weights">The weights; disposed with the model.</param>
    /// <param name="config">The architecture.</param>
    /// <param name="device">Where the weights are.</param>
    /// <param name="type">The type of weights and activations.</param>
    /// <param name="thread">The thread that computes; null for whichever thread calls.</param>
    /// <param name="isTuned">Whether its weights change.</param>
    public FrozenT5(T5Weights weights, T5Config config, Device device, ScalarType type, ModelThread? thread = null, bool isTuned = false)
    {
        _thread = thread;
        _weights = weights;
        _encoder = new EncoderStack(weights, config, device);
        _decoder = new DecoderStack(weights, config, device);
        Config = config;
        Device = device;
        Type = type;
        _logitScale = config.ScalesLogits ? Math.Pow(config.Dim, -0.5) : null;
        _headCodes = new Lazy<HeadCodes?>(() => isTuned || !HeadCodes.IsSupported ? null : CopyHead());
    }

    public T5Config Config { get; }

    public T5Weights Weights => _weights;

    public EncoderStack Encoder => _encoder;

    public DecoderStack Decoder => _decoder;

    public Device Device { get; }

    /// <summary>The type of weights and activations.</summary>
    public ScalarType Type { get; }

    /// <summary>The copy of the head in 8 bits, made when it is first asked for; null where the processor gains nothing by it or the weights change.</summary>
    public HeadCodes? HeadCodes => _headCodes.Value;

    public void Dispose() => _weights.Dispose();

    /// <summary>The same thread for another model, a copy that is tuned.</summary>
    public FrozenT5 With(T5Weights weights, ScalarType type) => new(weights, Config, Device, type, _thread, isTuned: true);

    /// <summary>Computes a piece of work, a step or a batch, on the model's thread, and waits for it. Others have their turn between two pieces.</summary>
    /// <exception cref="ObjectDisposedException">The backbone is disposed.</exception>
    public T Run<T>(Func<T> piece) => _thread is null ? piece() : _thread.Run(piece);

    /// <summary>As <see cref="Run"/>, without a thread that waits.</summary>
    /// <exception cref="ObjectDisposedException">The backbone is disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> piece) => _thread is null ? Task.FromResult(piece()) : _thread.RunAsync(piece);

    private HeadCodes CopyHead()
    {
        using Tensor head = _weights.DecodingHead.contiguous();
        return new HeadCodes(new FewRowMatrix(head));
    }

    /// <summary>Token embeddings.</summary>
    /// <param name="ids">// [batch, length]</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor Embed(Tensor ids)
    {
        if (_thread is { IsCurrent: false })
        {
            throw new InvalidOperationException("The model computes on its own thread alone.");
        }

        return _weights[T5Layout.Shared].index_select(0, ids.reshape(-1)).view(ids.size(0), ids.size(1), Config.Dim).to(Type);
    }

    /// <summary>What the encoder reads: the soft prompt's rows, then the tokens' embeddings.</summary>
    /// <param name="prompt">One prompt for all rows or one for each, float32; null for none. // [L, d] or [batch, L, d]</param>
    /// <param name="inputs">The inputs.</param>
    /// <returns>// [batch, L + T, d]</returns>
    public Tensor Embeddings(Tensor? prompt, TokenBatch inputs)
    {
        Tensor x = Embed(inputs.Ids); // [batch, T, d]
        if (prompt is null)
        {
            return x;
        }

        Tensor rows = prompt.dim() == 2 ? prompt.unsqueeze(0) : prompt;
        return cat([rows.expand(inputs.Count, -1, -1).to(Type), x], 1);
    }

    /// <summary>Encodes inputs behind a soft prompt. The prompt takes the positions 0 … L − 1 and is never masked.</summary>
    /// <param name="prompt">As for <see cref="Embeddings"/>.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">For tests: see <see cref="EncoderStack.Forward"/>.</param>
    public EncodedBatch Encode(Tensor? prompt, TokenBatch inputs, DropoutMasks? dropout = null, Action<Tensor>? trace = null)
    {
        int rows = (int)(prompt?.size(-2) ?? 0);
        return Encode(Embeddings(prompt, inputs), inputs.KeyMask(rows), row => rows + inputs.Length(row), dropout, trace);
    }

    /// <summary>Prompts as <see cref="Encode(PromptStack, IReadOnlyList{int}, TokenBatch)"/> takes them.</summary>
    /// <param name="prompts">The prompts; null for the bare model.</param>
    public PromptStack Stack(IReadOnlyList<SoftPrompt?> prompts) => new(prompts, Config.Dim, Device, Type);

    /// <summary>Encodes inputs each behind a prompt of its own, of whatever length. Equal to encoding each row by itself.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="choice">The prompt of each row.</param>
    /// <param name="inputs">The inputs.</param>
    public EncodedBatch Encode(PromptStack prompts, IReadOnlyList<int> choice, TokenBatch inputs)
    {
        Tensor x = prompts.Prepend(choice, Embed(inputs.Ids), inputs); // [batch, longest L + T, d]
        return Encode(x, prompts.KeyMask(choice, inputs), row => prompts.Length(choice[row]) + inputs.Length(row), null, null);
    }

    /// <summary>Encodes inputs each behind a prompt of its own, without gradients, and without padding where the encoder takes sequences.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="choice">The prompt of each input.</param>
    /// <param name="inputs">Ids, at least one each.</param>
    /// <returns>The states of each input, parts of one tensor, and how many positions were computed, padding included. // [prompt + tokens, d] each</returns>
    public (Tensor[] States, long Positions) EncodeEach(PromptStack prompts, IReadOnlyList<int> choice, IReadOnlyList<int[]> inputs)
    {
        int[] lengths = [.. inputs.Select((ids, i) => prompts.Length(choice[i]) + ids.Length)];
        if (!_encoder.TakesSequences(lengths.Max()))
        {
            Tensor padded = Encode(prompts, choice, new TokenBatch(inputs, Config.PadId, Device)).States;
            return ([.. lengths.Select((length, i) => padded[i].narrow(0, 0, length))], padded.size(0) * padded.size(1));
        }

        int[] starts = [.. lengths.Select((_, i) => lengths.Take(i).Sum())];
        Tensor tokens = Embed(tensor([.. inputs.SelectMany(ids => ids.Select(id => (long)id))], [1, inputs.Sum(ids => ids.Length)], device: Device));
        Tensor x = prompts.Join(choice, tokens, [.. inputs.Select(ids => ids.Length)]); // [1, Σ length, d]
        Tensor states = _encoder.ForwardSequences(x, [.. lengths.Select((length, i) => new SequencePlace(starts[i], length))])[0];
        return ([.. lengths.Select((length, i) => states.narrow(0, starts[i], length))], states.size(0));
    }

    private EncodedBatch Encode(Tensor x, Tensor? mask, Func<int, int> length, DropoutMasks? dropout, Action<Tensor>? trace) =>
        dropout is null && !is_grad_enabled() && _encoder.TakesSequences((int)x.size(1))
            ? new EncodedBatch(EncodeInPasses(x, length, trace), mask)
            : new EncodedBatch(_encoder.Forward(x, mask, dropout, trace), mask);

    // As fast as all rows in one pass, with a fraction of its working memory.
    private Tensor EncodeInPasses(Tensor x, Func<int, int> length, Action<Tensor>? trace)
    {
        (int rows, int width) = ((int)x.size(0), (int)x.size(1));
        int most = trace is null ? Math.Max(1, PassPositions / width) : rows;
        if (rows <= most)
        {
            return _encoder.ForwardSequences(x, Places(0, rows), trace);
        }

        Tensor states = empty_like(x);
        for (int first = 0; first < rows; first += most)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(most, rows - first);
            states.narrow(0, first, count).copy_(_encoder.ForwardSequences(x.narrow(0, first, count), Places(first, count)));
        }

        return states;

        SequencePlace[] Places(int first, int count) => [.. Enumerable.Range(0, count).Select(row => new SequencePlace(row * width, length(first + row)))];
    }

    /// <summary>Decodes given targets (teacher forcing).</summary>
    /// <param name="encoded">The encoded inputs.</param>
    /// <param name="targets">Target ids with end of sequence.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">For tests: see <see cref="DecoderStack.Forward"/>.</param>
    /// <returns>The decoder's states. // [batch, longest target, d]</returns>
    public Tensor Decode(EncodedBatch encoded, IReadOnlyList<int[]> targets, DropoutMasks? dropout = null, Action<Tensor>? trace = null)
    {
        int width = targets.Max(target => target.Length);
        int[][] shifted = [.. targets.Select(target => (int[])[Config.DecoderStartId, .. target.AsSpan(0, Math.Min(target.Length, width - 1))])];
        TokenBatch inputs = new(shifted, Config.PadId, Device);
        return _decoder.Forward(Embed(inputs.Ids), encoded.States, encoded.Mask, dropout, trace);
    }

    /// <summary>Scores of the vocabulary, in float32.</summary>
    /// <param name="states">Decoder states. // […, d]</param>
    /// <returns>// […, vocabulary]</returns>
    public Tensor Logits(Tensor states) =>
        LogitColumns(states.reshape(-1, Config.Dim)).t().reshape([.. states.shape[..^1], Config.VocabularySize]);

    /// <summary><see cref="Logits"/> as they lie in memory: with the few rows last, MKL takes half the time.</summary>
    /// <param name="states">// [rows, d]</param>
    /// <returns>// [vocabulary, rows]</returns>
    public Tensor LogitColumns(Tensor states)
    {
        Tensor wide = states.to(ScalarType.Float32);
        return matmul(_weights.Head, (_logitScale is null ? wide : wide * _logitScale).t());
    }

    /// <summary>The gradient of decoder states from that of their scores.</summary>
    /// <param name="gradient">As <see cref="LogitColumns"/> returns them. // [vocabulary, rows]</param>
    /// <returns>Float32. // [rows, d]</returns>
    public Tensor LogitGradient(Tensor gradient)
    {
        Tensor wide = matmul(gradient.t(), _weights.Head);
        return _logitScale is null ? wide : wide.mul_(_logitScale);
    }

    /// <summary>Decodes given targets and picks the states of their tokens, row after row, padding left out.</summary>
    /// <returns>The states and the ids of the tokens. // [tokens, d], [tokens]</returns>
    public (Tensor States, long[] Ids) DecodeTokens(EncodedBatch encoded, IReadOnlyList<int[]> targets, DropoutMasks? dropout)
    {
        Tensor states = Decode(encoded, targets, dropout); // [batch, Y, d]
        long width = states.size(1);
        long[] places = [.. targets.SelectMany((target, row) => target.Select((_, i) => (row * width) + i))];
        Tensor kept = states.reshape(-1, Config.Dim).index_select(0, tensor(places, device: Device));
        return (kept, [.. targets.SelectMany(target => target.Select(id => (long)id))]);
    }

    /// <summary>Scores targets token by token, padding left out.</summary>
    /// <param name="encoded">The encoded inputs.</param>
    /// <param name="targets">Target ids with end of sequence.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    public TargetScores Score(EncodedBatch encoded, IReadOnlyList<int[]> targets, DropoutMasks? dropout = null)
    {
        (Tensor states, long[] ids) = DecodeTokens(encoded, targets, dropout);
        Tensor logits = Logits(states); // [tokens, vocabulary]
        Tensor logZ = logits.logsumexp(-1); // [tokens]
        Tensor chosen = logits.gather(-1, tensor(ids, [ids.Length, 1], device: Device)).squeeze(-1);
        return new TargetScores(logZ - chosen, logZ, ids.Length);
    }
}
