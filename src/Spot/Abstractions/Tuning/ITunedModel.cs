namespace Spot;

/// <summary>A model that model tuning wrote, loaded.</summary>
/// <remarks>Safe for concurrent calls, which take turns. Dispose of it after the last call of what it gives.</remarks>
public interface ITunedModel : IDisposable
{
    /// <summary>Evaluates it; it needs no prompt.</summary>
    IPromptEvaluator Evaluator { get; }

    /// <summary>Tunes all its weights further.</summary>
    IModelTuner Tuner { get; }
}
