using Spot.Backbone;
using TorchSharp;

namespace Spot.Tests.Tuning;

/// <summary>A clock whose seconds are the tensors that a model's thread has made: work takes time, and the same work the same time on every machine.</summary>
internal sealed class TensorTime(T5Backbone backbone) : TimeProvider
{
    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => backbone.Model.Run(() => DisposeScopeManager.Statistics.TensorStatistics.CreatedInScopeCount);
}
