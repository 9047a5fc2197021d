using Spot.Backbone;

namespace Spot.Inference;

/// <summary>Checks requests and makes jobs of them. Safe for concurrent calls.</summary>
internal sealed class RequestReader(T5Backbone backbone, PromptCache prompts, int maxRows)
{
    private const int DefaultInputTokens = 512, DefaultNewTokens = 64;

    /// <exception cref="ArgumentException">The text or an option is wrong.</exception>
    public async Task<GenerationJob> GenerationAsync(
        PromptRequest request, GenerationOptions? options, Func<GenerationOptions, Action<IReadOnlyList<int>, bool>>? told, CancellationToken cancellationToken)
    {
        Check(request);
        GenerationOptions own = options?.Clone() ?? new GenerationOptions();
        GenerationOptionsValidator.Check(own, maxRows);
        return await ReadAsync(request, (input, info) =>
        {
            int maxTokens = own.MaxNewTokens ?? info?.MaxTargetLength ?? DefaultNewTokens;
            TokenAutomaton? allowed = own.Choices is { } choices ? TokenAutomaton.Of(Targets.Of(backbone.Tokenizer, choices, "choice"), backbone.Tokenizer.EosId)
                : own.PrefixTree is { } tree ? TokenAutomaton.Of(tree, backbone.Tokenizer.EosId, backbone.Config.VocabularySize)
                : null;
            if (own.MinNewTokens > maxTokens || allowed?.Shortest > maxTokens)
            {
                throw new ArgumentException(
                    $"Found at most {maxTokens} new tokens, expected at least {allowed?.Shortest ?? own.MinNewTokens}, which the shortest answer that is allowed takes. Raise MaxNewTokens.",
                    nameof(options));
            }

            return new GenerationJob(input, new DecodingPlan(own, backbone.Tokenizer, backbone.Config.DecoderStartId, maxTokens, allowed), told?.Invoke(own));
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="ArgumentException">The text, the labels or an option are wrong.</exception>
    public Task<LabelsJob> ClassificationAsync(PromptRequest request, ClassificationOptions? options, CancellationToken cancellationToken)
    {
        Check(request);
        ClassificationOptions own = options?.Clone() ?? new ClassificationOptions();
        GenerationOptionsValidator.Check(own);
        return ReadAsync(request, (input, info) =>
        {
            string[] labels = [.. request.Labels ?? info?.Labels ?? []];
            int[][] ids = Targets.OfLabels(backbone.Tokenizer, labels);
            bool perToken = info?.EvaluationMethod == EvaluationMethod.RankingPerToken;
            bool asFitted = (own.PerToken ?? perToken) == perToken && info is not null && info.Labels.ToHashSet().SetEquals(labels);
            own.Temperature ??= asFitted ? info!.CalibrationTemperature : null;
            return new LabelsJob(input, labels, ids, own, own.PerToken ?? perToken);
        }, cancellationToken);
    }

    /// <exception cref="ArgumentException">The text or a target is wrong.</exception>
    public Task<TargetsJob> ScoringAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken)
    {
        Check(request);
        ArgumentNullException.ThrowIfNull(targets);
        string[] texts = [.. targets];
        int[][] ids = Targets.Of(backbone.Tokenizer, texts, "target");
        return ReadAsync(request, (input, _) => new TargetsJob(input, texts, ids), cancellationToken);
    }

    /// <exception cref="ArgumentException">The text is wrong.</exception>
    public Task<EmbeddingJob> EmbeddingAsync(PromptRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        return ReadAsync(request, (input, _) => new EmbeddingJob(input), cancellationToken);
    }

    private static void Check(PromptRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw new ArgumentException("Found an empty text, expected one to answer. Leave empty requests out.", nameof(request));
        }

        if (request.Prompt is not null && request.PromptId is not null)
        {
            throw new ArgumentException($"Found a prompt and the prompt id '{request.PromptId}', expected one of them at most.", nameof(request));
        }

        if (request.MaxInputTokens < 1 || request.Timeout <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"Found MaxInputTokens {request.MaxInputTokens} and Timeout {request.Timeout}, expected at least 1 and above zero. Leave them null for the defaults.", nameof(request));
        }
    }

    // The prompt is held by the job that is made, or let go of.
    private async Task<T> ReadAsync<T>(PromptRequest request, Func<EncoderInput, PromptInfo?, T> make, CancellationToken cancellationToken)
    {
        (Shared<DevicePrompt>? rows, PromptInfo? info) = await prompts.GetAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            int limit = request.MaxInputTokens ?? info?.MaxInputLength ?? DefaultInputTokens;
            int[] all = backbone.Tokenizer.Encode(request.Text, int.MaxValue);
            int[] ids = all.Length <= limit ? all : [.. all.AsSpan(0, limit - 1), all[^1]];
            return make(new EncoderInput(rows, ids, all.Length - ids.Length), info);
        }
        catch
        {
            rows?.LetGo();
            throw;
        }
    }
}
