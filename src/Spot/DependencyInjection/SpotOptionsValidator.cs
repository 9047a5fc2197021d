using Microsoft.Extensions.Options;
using Spot;
using Spot.Backbone;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Looks whether the model's folder holds a T5 checkpoint, without loading it. No folder is fine: a service may only search prompts.</summary>
internal sealed class SpotOptionsValidator : IValidateOptions<SpotOptions>
{
    public ValidateOptionsResult Validate(string? name, SpotOptions options)
    {
        if (string.IsNullOrEmpty(options.ModelPath))
        {
            return ValidateOptionsResult.Success;
        }

        try
        {
            T5Backbone.CheckFolder(options.ModelPath);
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            return ValidateOptionsResult.Fail($"{nameof(SpotOptions)}.{nameof(SpotOptions.ModelPath)} is '{options.ModelPath}': {e.Message}");
        }
    }
}
