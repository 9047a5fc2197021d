using Spot.Backbone;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Samples.TransferStudy;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    public required Preset Preset { get; init; }

    public required string Model { get; init; }

    public required string Data { get; init; }

    /// <summary>A file with formats and families of one's own; null for none.</summary>
    public string? Tasks { get; init; }

    /// <summary>Names of tasks; empty for those of the preset.</summary>
    public required string[] Sources { get; init; }

    /// <summary>Names of tasks; empty for those of the preset.</summary>
    public required string[] Targets { get; init; }

    /// <summary>Sources that are mixtures, as <c>name=a,b,c</c>.</summary>
    public string[] Mixtures { get; init; } = [];

    /// <summary>Whether every target has one source, the mixture of all other tasks.</summary>
    public bool LeaveOneOut { get; init; }

    /// <summary>Whether the model itself answers with examples in front of each input.</summary>
    public bool FewShot { get; init; }

    /// <summary>Whether all weights are tuned on the targets.</summary>
    public bool ModelTuning { get; init; }

    /// <summary>Whether all weights are tuned on each mixture, then on the targets.</summary>
    public bool MultiTaskModelTuning { get; init; }

    public required string Output { get; init; }

    public required bool Resume { get; init; }

    public required StudyShard Shard { get; init; }

    /// <summary>Folders of other shards.</summary>
    public required string[] Merge { get; init; }

    public required bool ReportOnly { get; init; }

    public int? Seeds { get; init; }

    /// <summary>Prompts of each source; null for as many as there are seeds.</summary>
    public int? SourceSeeds { get; init; }

    public int? SourceSteps { get; init; }

    public int? TargetSteps { get; init; }

    public int? EmbeddingStep { get; init; }

    public int? PromptLength { get; init; }

    /// <summary>Training rows of a target; null for all.</summary>
    public int? TargetRows { get; init; }

    /// <summary>Test rows of a target; null for twice as many as validation rows.</summary>
    public int? TestRows { get; init; }

    /// <summary>Evaluations without a better score after which a target's run ends; null to run all steps.</summary>
    public int? Patience { get; init; }

    /// <summary>Where source prompts start; null for the preset's.</summary>
    public PromptInitialization? SourceStart { get; init; }

    /// <summary>Whether targets start from the most similar prompt and a mixture of the most similar, and not from every source prompt.</summary>
    public bool MostSimilarOnly { get; init; }

    public double? Rate { get; init; }

    /// <summary>Of targets; null for that of sources.</summary>
    public double? TargetRate { get; init; }

    /// <summary>Whether targets start with the embeddings of their labels in a source prompt's first rows.</summary>
    public required bool LabelRows { get; init; }

    /// <summary>Whether targets are also tuned without transfer for the steps of a transfer in all.</summary>
    public bool EqualSteps { get; init; }

    public required string Device { get; init; }

    public required BackbonePrecision Precision { get; init; }
}
