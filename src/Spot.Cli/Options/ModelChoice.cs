using System.CommandLine;
using Spot.Backbone;

namespace Spot.Cli;

/// <summary>The frozen model and where it computes.</summary>
internal sealed class ModelChoice : IOptionGroup
{
    private readonly Option<string?> _folder = new("--model") { HelpName = "FOLDER", Description = "Folder of a T5 checkpoint [default: the bundled toy, spot-tiny]" };
    private readonly LibraryOptions _options = LibraryOptions.Of<BackboneOptions>();

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_folder, .. _options.Symbols];

    /// <summary>Where the bundled model lies.</summary>
    private static string Bundled => Path.Combine(AppContext.BaseDirectory, "models", "spot-tiny");

    /// <summary>Whether the model is the bundled one.</summary>
    public bool IsBundled(ParseResult parsed) => parsed.GetValue(_folder) is null;

    /// <summary>The model's folder.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(_folder)
        ?? (Directory.Exists(Bundled) ? Bundled : throw new DirectoryNotFoundException($"Found no {_folder.Name}, and the bundled model is not beside the tool. Name the folder of a T5 checkpoint; 'spot model fetch-help' says how to get one."));

    /// <summary>Loads it; the caller disposes of it.</summary>
    public async Task<T5Backbone> LoadAsync(Call call, CancellationToken cancellationToken)
    {
        string folder = Folder(call.Parsed);
        return await T5Backbone.LoadAsync(folder, Options(call.Parsed), call.Log<T5Backbone>(), cancellationToken: cancellationToken);
    }

    /// <summary>Device, precision and threads.</summary>
    public BackboneOptions Options(ParseResult parsed)
    {
        BackboneOptions options = new();
        _options.Apply(parsed, options);
        return options;
    }
}
