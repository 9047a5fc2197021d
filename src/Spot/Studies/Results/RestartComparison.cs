using Spot.Statistics;

namespace Spot.Studies;

/// <summary>What a strategy gives beyond tuning without transfer from several seeds, where that costs as many steps on the target.</summary>
/// <remarks>
/// Choosing among runs gains by itself, and every strategy that tries several, or spends steps on an embedding, has to be better than the same steps spent on
/// restarts. Of the restarts counts what to expect of the best on validation examples, of so many drawn from the study's seeds. Immutable.
/// </remarks>
/// <param name="Restarts">How many restarts were compared with: as many as cost the same, or as many as the study has.</param>
/// <param name="AsDear">How many restarts cost as much as the strategy, rounded up; the library's own steps are not counted.</param>
/// <param name="Mean">The mean difference of the scores over targets and seeds, in points.</param>
/// <param name="Interval">Where that mean lies, 95 %, by a bootstrap over targets and seeds.</param>
public sealed record RestartComparison(int Restarts, int AsDear, double Mean, ConfidenceInterval Interval);
