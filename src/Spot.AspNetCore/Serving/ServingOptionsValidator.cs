using Microsoft.Extensions.Options;

namespace Spot.AspNetCore;

/// <summary>Checks the options of every name.</summary>
internal sealed class ServingOptionsValidator : IValidateOptions<ServingOptions>
{
    public ValidateOptionsResult Validate(string? name, ServingOptions options)
    {
        (string Option, bool Right, object? Value, string Expected)[] all =
        [
            (nameof(options.MaxRequestBytes), options.MaxRequestBytes >= 1, options.MaxRequestBytes, "at least 1"),
            (nameof(options.MaxPromptFileBytes), options.MaxPromptFileBytes >= 1, options.MaxPromptFileBytes, "at least 1"),
            (nameof(options.MaxTexts), options.MaxTexts >= 1, options.MaxTexts, "at least 1"),
            (nameof(options.MaxNewTokens), options.MaxNewTokens >= 1, options.MaxNewTokens, "at least 1"),
            (nameof(options.Timeout), options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromDays(1), options.Timeout, "above zero and at most a day"),
            (nameof(options.DrainTime), options.DrainTime >= TimeSpan.Zero && options.DrainTime <= TimeSpan.FromDays(1), options.DrainTime, "zero to a day"),
            (nameof(options.ManagementPolicy), options.ManagementPolicy is not "", options.ManagementPolicy, "a policy's name, or null for no management"),
        ];
        string of = string.IsNullOrEmpty(name) ? "" : $" of '{name}'";
        string[] failures = [.. all.Where(option => !option.Right)
            .Select(option => FormattableString.Invariant($"{nameof(ServingOptions)}.{option.Option}{of} is '{option.Value}'; expected {option.Expected}. Leave it as it is for the default."))];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
