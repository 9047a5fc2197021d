using Spot.Inference;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Ends inference before the backbone that it computes on is disposed: containers dispose what was made last first.</summary>
internal sealed class InferenceDrain(PromptInference? inference) : IDisposable, IAsyncDisposable
{
    public void Dispose() => inference?.Dispose();

    public ValueTask DisposeAsync() => inference?.DisposeAsync() ?? ValueTask.CompletedTask;
}
