namespace Spot.Studies;

/// <summary>Takes over into a store what it lacks of a plan and another has.</summary>
internal sealed class StudyMerge(StudyLayout layout, IStudyStore from, IStudyStore to)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string[] names = [.. layout.Units.Select(unit => unit.Name(layout))];
        IReadOnlyDictionary<string, byte[]> there = await to.ReadAsync(names, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, byte[]> found = await from.ReadAsync(names, cancellationToken).ConfigureAwait(false);
        foreach ((StudyUnit unit, string name) in layout.Units.Zip(names))
        {
            if (!there.ContainsKey(name) && found.TryGetValue(name, out byte[]? content))
            {
                StudyPrompt? prompt = unit.Kind switch
                {
                    StudyUnitKind.Source => await PromptAsync(StudyPromptKind.Source, layout.PromptId(unit.Prompt), cancellationToken).ConfigureAwait(false),
                    StudyUnitKind.Embedding => await PromptAsync(StudyPromptKind.Embedding, layout.EmbeddingId(unit.Target, unit.Seed), cancellationToken).ConfigureAwait(false),
                    _ => null,
                };
                await to.WriteAsync(name, content, prompt, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<StudyPrompt> PromptAsync(StudyPromptKind kind, string id, CancellationToken cancellationToken)
    {
        IPromptLibrary library = await from.OpenPromptsAsync(kind, [id], cancellationToken).ConfigureAwait(false);
        PromptRecord record = await library.GetAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"'{from.Name}' has no prompt '{id}' though its unit is done. Delete that unit there to have it done again.");
        return new StudyPrompt(kind, record);
    }
}
