using Microsoft.Extensions.Options;
using Spot;
using Spot.Backbone;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Checks the options of every name without loading anything. No model and no library are fine: a service may need one of them alone.</summary>
internal sealed class SpotOptionsValidator : IValidateOptions<SpotOptions>
{
    public ValidateOptionsResult Validate(string? name, SpotOptions options)
    {
        List<string> failures = [];
        Add(nameof(SpotOptions.ModelPath), ModelProblem(options.ModelPath));
        Add(nameof(SpotOptions.LibraryPath), LibraryProblem(options.LibraryPath));
        if (options.Backbone is null)
        {
            Add(nameof(SpotOptions.Backbone), "is null; expected how the model is loaded. Leave it as it is for the defaults.");
        }
        else
        {
            foreach ((string option, string problem) in BackboneOptionsValidator.Problems(options.Backbone))
            {
                Add($"{nameof(SpotOptions.Backbone)}.{option}", problem);
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Add(string option, string? problem)
        {
            if (problem is not null)
            {
                failures.Add($"{Place(name, option)} {problem}");
            }
        }
    }

    /// <summary>An option, and the key whose option it is.</summary>
    internal static string Place(string? name, string option) => $"{nameof(SpotOptions)}.{option}" + (string.IsNullOrEmpty(name) ? "" : $" of '{name}'");

    private static string? ModelProblem(string? path)
    {
        if (path is null)
        {
            return "is null; expected the folder of a T5 checkpoint, or an empty text where no model is needed.";
        }

        try
        {
            if (path.Length > 0)
            {
                CheckpointFiles.CheckFolder(path);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            return $"is '{path}': {e.Message} Set it to the folder of a whole checkpoint, or leave it empty where no model is needed.";
        }
    }

    // The folder is made by the first record, so it need not exist.
    private static string? LibraryProblem(string? path)
    {
        const string expected = "expected a folder, or a path where one can be made. Set it to the library's folder, or leave it empty where no library is needed.";
        if (path is null or "")
        {
            return path is null ? $"is null; {expected}" : null;
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            return $"is {(path.Contains('\0', StringComparison.Ordinal) ? "a path with a NUL character" : "blank")}; {expected}";
        }

        string full = Path.GetFullPath(path);
        for (string? part = full; part is not null && !Directory.Exists(part); part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                return $"is '{path}', but '{part}' is a file; {expected}";
            }
        }

        return null;
    }
}
