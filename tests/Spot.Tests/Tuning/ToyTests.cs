using Spot.Backbone;

namespace Spot.Tests.Tuning;

/// <summary>Tests of runs on the bundled model, each with the model and an empty folder of its own.</summary>
public abstract class ToyTests : IDisposable
{
    private protected readonly T5Backbone _backbone = Toy.Backbone();
    private protected readonly TempFolder _folder = new();

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _backbone.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
