namespace Spot;

/// <summary>Several requests of one call.</summary>
internal static class EachRequest
{
    /// <summary>Answers all, in their order. The first failure takes the others out and is the call's.</summary>
    /// <param name="inference">What answers: no more are sent at once than may wait there.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="answer">Answers one.</param>
    /// <param name="cancellationToken">Takes all out.</param>
    internal static async Task<IReadOnlyList<T>> RunAsync<T>(
        IPromptInference inference, IReadOnlyList<PromptRequest> requests, Func<PromptRequest, CancellationToken, Task<T>> answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inference);
        ArgumentNullException.ThrowIfNull(requests);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim places = new(inference.QueueCapacity);
        Exception? first = null;
        Task<T>[] answers = [.. requests.Select(OneAsync)];
        try
        {
            return await Task.WhenAll(answers).ConfigureAwait(false);
        }
        catch (Exception) when (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
            throw;
        }

        async Task<T> OneAsync(PromptRequest request)
        {
            await places.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                return await answer(request, stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, exception, null);
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                places.Release();
            }
        }
    }
}
