using Spot.Library;

namespace Spot.Samples.PromptServer;

/// <summary>The prompts of the sample tasks, <c>prompts.zip</c>: of each task the best that the study in <c>docs/study.md</c> tuned.</summary>
internal static class SamplePrompts
{
    /// <summary>Where no library is configured, a temporary one with the sample prompts, to be deleted when the server has ended.</summary>
    /// <returns>Its folder; null where one is configured.</returns>
    public static async Task<string?> UseWhereNoneAreConfiguredAsync(WebApplicationBuilder builder)
    {
        if (!string.IsNullOrEmpty(builder.Configuration["Spot:LibraryPath"]))
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("spot-prompts-").FullName;
        using PromptLibrary library = PromptLibrary.Open(folder);
        await library.ImportAsync(Path.Combine(AppContext.BaseDirectory, "prompts.zip"));
        builder.Services.Configure<SpotOptions>(spot => spot.LibraryPath = folder);
        return folder;
    }
}
