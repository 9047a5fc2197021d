namespace Spot.Benchmarks.Inference;

/// <summary>How a soak went.</summary>
/// <param name="Answered">Requests with an answer.</param>
/// <param name="Cancelled">Requests that were cancelled before.</param>
/// <param name="Late">Requests whose time was over before.</param>
/// <param name="Replaced">How often a prompt was replaced meanwhile.</param>
/// <param name="Wrong">Each answer that is not the request's own, and each request without one.</param>
/// <param name="Memory">The process's memory in bytes before the first request, after a tenth of them, and after the last.</param>
internal sealed record SoakReport(int Answered, int Cancelled, int Late, int Replaced, IReadOnlyList<string> Wrong, (long Start, long Tenth, long End) Memory);
