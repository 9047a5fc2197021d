using System.Globalization;

namespace Spot.Studies;

/// <summary>A tuning sweep: one task is tuned by every combination of learning rates, prompt lengths and starts, with several seeds.</summary>
/// <remarks>
/// A small study without sources, done and kept as any other: give it where a <see cref="StudyPlan"/> is expected. What it finds is in
/// <see cref="StudyResult.Settings"/>. Rates, lengths, starts and seeds may be added later; what is done stays done. Other options are compared by
/// <see cref="StudyPlan.Settings"/>.
/// </remarks>
public sealed class SweepPlan
{
    /// <summary>The task.</summary>
    public required TextTask Task { get; set; }

    /// <summary>The options that all settings share; the seed is replaced.</summary>
    /// <value>The papers' recipe.</value>
    public TuningOptions Options { get; set; } = new();

    /// <summary>The learning rates of the optimiser, each above 0; empty for that of <see cref="Options"/> alone.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<double> LearningRates { get; set; } = [];

    /// <summary>The prompt lengths, each at least 1; empty for that of <see cref="Options"/> alone.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<int> PromptLengths { get; set; } = [];

    /// <summary>Where prompts start; empty for that of <see cref="Options"/> alone.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<PromptInitialization> Initializations { get; set; } = [];

    /// <summary>The seeds: each setting has a run of each.</summary>
    /// <value>0, 1, 2.</value>
    public IReadOnlyList<long> Seeds { get; set; } = [0, 1, 2];

    /// <summary>The sweep as a study.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <exception cref="ArgumentException">A rate or a length is out of range.</exception>
    public static implicit operator StudyPlan(SweepPlan sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return sweep.ToStudyPlan();
    }

    /// <summary>The sweep as a study: the task as its only target, a setting for every combination, starts first, then lengths, then rates.</summary>
    /// <returns>A plan of its own.</returns>
    /// <exception cref="ArgumentException">A rate or a length is out of range.</exception>
    public StudyPlan ToStudyPlan()
    {
        double[] rates = LearningRates.Count > 0 ? [.. LearningRates] : [Options.Optimizer.LearningRate];
        int[] lengths = PromptLengths.Count > 0 ? [.. PromptLengths] : [Options.PromptLength];
        PromptInitialization[] starts = Initializations.Count > 0 ? [.. Initializations] : [Options.Initialization];
        if (rates.Any(rate => !(rate > 0 && double.IsFinite(rate))) || lengths.Any(length => length < 1))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Found the learning rates {string.Join(", ", rates)} and the prompt lengths {string.Join(", ", lengths)}; expected rates above 0 and lengths of at least 1."));
        }

        return new StudyPlan
        {
            Targets = [Task],
            TargetSeeds = [.. Seeds],
            Settings = [.. from start in starts from length in lengths from rate in rates select Setting(rate, length, start)],
        };
    }

    private TuningSetting Setting(double rate, int length, PromptInitialization start)
    {
        TuningOptions options = Options.Clone();
        (options.Optimizer.LearningRate, options.PromptLength, options.Initialization) = (rate, length, start);
        return new TuningSetting(string.Create(CultureInfo.InvariantCulture, $"rate {rate} length {length} {start}"), options);
    }
}
