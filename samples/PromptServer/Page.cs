using Spot.Tasks;

namespace Spot.Samples.PromptServer;

/// <summary>What the page needs beside the endpoints.</summary>
internal static class Page
{
    private const int ExamplesOfATask = 4;

    /// <summary>Lets the page use what comes from this server and nothing else.</summary>
    public static Task Guard(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }

    /// <summary>Some inputs of each sample task, by its name, each label in its turn.</summary>
    public static Dictionary<string, string[]> Examples() => TaskFolder.LoadAll(Path.Combine(AppContext.BaseDirectory, "data")).ToDictionary(
        task => task.Name,
        task => task.Test.GroupBy(example => example.Target).SelectMany(group => group.Select((example, i) => (example.Input, Round: i)))
            .OrderBy(of => of.Round).Take(ExamplesOfATask).Select(of => of.Input).ToArray());
}
