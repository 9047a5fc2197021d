namespace Spot.AspNetCore;

/// <summary>What a server of prompts takes and gives. Of a key, the options of that name; checked when the host starts.</summary>
/// <remarks>Mutable while the host is composed; read once when the endpoints are mapped.</remarks>
public sealed class ServingOptions
{
    /// <summary>The prompts that are read before the first request; the model is loaded in any case.</summary>
    /// <value>Empty.</value>
    public IList<string> Preload { get; } = [];

    /// <summary>The most bytes of a request, at least 1; a prompt's file has its own limit. What is larger is refused before it is read.</summary>
    /// <value>1 MiB.</value>
    public long MaxRequestBytes { get; set; } = 1L << 20;

    /// <summary>The most bytes of a prompt's file, at least 1.</summary>
    /// <value>16 MiB.</value>
    public long MaxPromptFileBytes { get; set; } = 16L << 20;

    /// <summary>The most texts of one request, at least 1.</summary>
    /// <value>256.</value>
    public int MaxTexts { get; set; } = 256;

    /// <summary>The most tokens that a request may ask for, at least 1.</summary>
    /// <value>1,024.</value>
    public int MaxNewTokens { get; set; } = 1024;

    /// <summary>After this time a request ends with 504; a request may ask for less. Above zero, at most a day.</summary>
    /// <value>One minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// When the host stops, what is under way has this long to be answered; then it is told 503. At least zero, and below the host's own
    /// <c>ShutdownTimeout</c> of 30 seconds, after which connections are cut.
    /// </summary>
    /// <value>20 seconds.</value>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The name of the authorization policy under which prompts can be put and deleted; null for not at all.</summary>
    /// <value>null.</value>
    public string? ManagementPolicy { get; set; }
}
