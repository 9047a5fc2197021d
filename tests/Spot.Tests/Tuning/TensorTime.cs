using TorchSharp;

namespace Spot.Tests.Tuning;

/// <summary>A clock whose seconds are the tensors that its thread has made: work takes time, and the same work the same time on every machine.</summary>
internal sealed class TensorTime : TimeProvider
{
    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => DisposeScopeManager.Statistics.TensorStatistics.CreatedInScopeCount;
}
