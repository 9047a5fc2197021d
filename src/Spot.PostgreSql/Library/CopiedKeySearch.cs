using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>Searches the keys of one moment. What a hit says comes from the index, whose rows were checked when they were read of the database.</summary>
/// <param name="keys">The keys.</param>
/// <param name="expectedBackbone">The backbone that the library must belong to; null for any.</param>
/// <param name="place">The library, in errors.</param>
internal sealed class CopiedKeySearch(CopiedKeys keys, string? expectedBackbone, string place) : IKeySearch
{
    /// <summary>Whether the index turned out to be damaged: it is to be filled again.</summary>
    internal bool IsDamaged { get; private set; }

    public void CheckFits(string backbone, int dim)
    {
        if ((keys.Version.Backbone ?? expectedBackbone) is string expected)
        {
            BackboneValidator.Library(expected, backbone, place);
        }

        if (keys.Version.Dim is int width)
        {
            BackboneValidator.Width(width, dim, place);
        }
    }

    public Task<PromptMatch[][]> FindAsync(IReadOnlyList<KeyPass> passes, int step, PromptSearchOptions options, CancellationToken cancellationToken) => keys.View is KeySnapshot view
        ? Task.Run(() => Find(view, passes, step, options, cancellationToken), cancellationToken)
        : Task.FromResult<PromptMatch[][]>([.. passes[0].Keys.Select(_ => Array.Empty<PromptMatch>())]);

    private PromptMatch[][] Find(KeySnapshot view, IReadOnlyList<KeyPass> passes, int step, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        IndexLook look = new(view, step, options, _ => null, (row, _) => view.Info(row), place, cancellationToken);
        try
        {
            return look.Find(passes);
        }
        catch (InvalidDataException) when (!look.HasFilterFailed)
        {
            IsDamaged = true;
            throw;
        }
    }
}
