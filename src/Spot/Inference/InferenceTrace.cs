using System.Diagnostics;

namespace Spot.Inference;

/// <summary>
/// A request as an activity of the source <c>Spot</c>: by OpenTelemetry's semantic conventions of generative models (1.41), and <c>spot.*</c> where they have no
/// name. Nothing of what a caller wrote is told: no text, label, target, choice or stop string, and no message of an error, which may quote one.
/// </summary>
internal static class InferenceTrace
{
    /// <summary>A request came.</summary>
    /// <param name="kind">What is asked for, as in <see cref="InferenceTelemetry"/>.</param>
    /// <param name="streams">Whether the answer is told as it is written.</param>
    /// <returns>The activity; null where nobody listens.</returns>
    public static Activity? Begin(string kind, bool streams)
    {
        string operation = kind switch
        {
            InferenceTelemetry.Generate => "text_completion",
            InferenceTelemetry.Embed => "embeddings",
            _ => kind, // the conventions have no name for these
        };
        Activity? activity = SpotTelemetry.Activities.StartActivity(operation, ActivityKind.Internal);
        activity?.SetTag("gen_ai.operation.name", operation).SetTag("gen_ai.provider.name", "spot");
        if (streams)
        {
            activity?.SetTag("gen_ai.request.stream", true);
        }

        return activity;
    }

    /// <summary>Its prompt was found, and its options are right.</summary>
    /// <param name="activity">The activity; null where nobody listens.</param>
    /// <param name="model">The prompt's id; the name of the backbone where there is none.</param>
    /// <param name="backbone">The backbone's name.</param>
    /// <param name="job">What is asked for.</param>
    public static void Asked(Activity? activity, string model, string backbone, Job job)
    {
        if (activity is null)
        {
            return;
        }

        activity.DisplayName = $"{activity.OperationName} {model}";
        activity.SetTag("gen_ai.request.model", model).SetTag("spot.backbone.name", backbone);
        if (job is GenerationJob { Plan: var plan })
        {
            activity.SetTag("gen_ai.request.max_tokens", plan.MaxTokens);
            Drawn(activity, plan.Options);
            if (plan.Options.Samples != 1)
            {
                activity.SetTag("gen_ai.request.choice.count", plan.Options.Samples);
            }

            if (plan.Options.Beams != 1)
            {
                activity.SetTag("spot.request.beams", plan.Options.Beams);
            }
        }
        else if (job is IScoringJob { Targets.Length: var targets })
        {
            activity.SetTag("spot.request.targets", targets);
        }
    }

    /// <summary>It was answered.</summary>
    public static void Answered<T>(Activity? activity, Job job, T answer)
    {
        activity?.SetTag("gen_ai.usage.input_tokens", job.Input.Ids.Length).SetTag("spot.usage.cut_tokens", job.Input.CutTokens);
        activity?.SetTag("spot.queue.duration", job.Waited.TotalSeconds);
        if (answer is GenerationResult { Outputs: var texts })
        {
            activity?.SetTag("gen_ai.usage.output_tokens", texts.Sum(text => text.TokenIds.Count));
            activity?.SetTag("gen_ai.response.finish_reasons", texts.Select(text => text.FinishReason == FinishReason.Length ? "length" : "stop").ToArray());
        }
        else if (answer is EmbeddingResult { Values.Length: var dimensions })
        {
            activity?.SetTag("gen_ai.embeddings.dimension.count", dimensions);
        }
    }

    /// <summary>It was not.</summary>
    public static void Failed(Activity? activity, Exception exception)
    {
        Type type = exception is OperationCanceledException ? typeof(OperationCanceledException) : exception.GetType();
        activity?.SetTag("error.type", type.FullName).SetStatus(ActivityStatusCode.Error);
    }

    private static void Drawn(Activity activity, GenerationOptions options)
    {
        if (options.Temperature == 0)
        {
            return;
        }

        activity.SetTag("gen_ai.request.temperature", options.Temperature).SetTag("gen_ai.request.seed", options.Seed).SetTag("gen_ai.request.top_p", options.TopP);
        if (options.TopK > 0)
        {
            activity.SetTag("gen_ai.request.top_k", options.TopK);
        }
    }
}
