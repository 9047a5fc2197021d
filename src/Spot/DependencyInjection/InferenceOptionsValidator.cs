using Microsoft.Extensions.Options;
using Spot.Inference;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Checks the options of every name.</summary>
internal sealed class InferenceOptionsValidator : IValidateOptions<PromptInferenceOptions>
{
    public ValidateOptionsResult Validate(string? name, PromptInferenceOptions options)
    {
        string of = string.IsNullOrEmpty(name) ? "" : $" of '{name}'";
        string[] failures = [.. PromptInferenceOptionsValidator.Problems(options).Select(found => $"{nameof(PromptInferenceOptions)}.{found.Option}{of} {found.Problem}")];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
