using System.Text.Json.Serialization;

namespace Spot.Library;

/// <summary><c>{id}.json</c>: all of a record but its numbers. Writing it is what makes a record exist.</summary>
/// <remarks>Fields with a default have a setter, as generated readers would reset them otherwise. What older files do not have is left out where it is not known.</remarks>
internal sealed record Sidecar
{
    public required int Format { get; init; }

    public required string Id { get; init; }

    public required string Task { get; init; }

    public string? Family { get; init; }

    public required string Backbone { get; init; }

    public string? BackboneName { get; init; }

    public required int Length { get; init; }

    public required int Dim { get; init; }

    public int? EmbeddingStep { get; init; }

    public int? Step { get; init; }

    public long? Seed { get; init; }

    public Dictionary<string, string> Options { get; set; } = [];

    public Dictionary<string, double> Metrics { get; set; } = [];

    public List<string> Lineage { get; set; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<string>? Labels { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxInputLength { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxTargetLength { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<EvaluationMethod>))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EvaluationMethod? EvaluationMethod { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CalibrationTemperature { get; init; }

    public DateTimeOffset Created { get; init; }

    [JsonPropertyName("licence")]
    public string? License { get; init; }

    public string? Note { get; init; }

    /// <summary>The name of the file with the numbers, in the same folder: id, first digits of its hash, extension.</summary>
    public required string Payload { get; init; }

    /// <summary>SHA-256 of that file, hex, lower case.</summary>
    public required string Sha256 { get; init; }

    internal static Sidecar Of(PromptInfo info, string sha256) => new()
    {
        Format = LibraryFolder.Format,
        Id = info.Id,
        Task = info.Task,
        Family = info.Family,
        Backbone = info.BackboneFingerprint,
        BackboneName = info.BackboneName,
        Length = info.Length,
        Dim = info.Dim,
        EmbeddingStep = info.EmbeddingStep,
        Step = info.Step,
        Seed = info.Seed,
        Options = new Dictionary<string, string>(info.Options),
        Metrics = new Dictionary<string, double>(info.Metrics),
        Lineage = [.. info.Lineage],
        Labels = info.Labels.Count == 0 ? null : [.. info.Labels],
        MaxInputLength = info.MaxInputLength,
        MaxTargetLength = info.MaxTargetLength,
        EvaluationMethod = info.EvaluationMethod,
        CalibrationTemperature = info.CalibrationTemperature,
        Created = info.Created,
        License = info.License,
        Note = info.Note,
        Payload = LibraryFolder.PayloadName(info.Id, sha256),
        Sha256 = sha256,
    };

    internal PromptInfo ToInfo() => new()
    {
        Id = Id,
        Task = Task,
        Family = Family,
        BackboneFingerprint = Backbone,
        BackboneName = BackboneName,
        Length = Length,
        Dim = Dim,
        EmbeddingStep = EmbeddingStep,
        Step = Step,
        Seed = Seed,
        Options = Options.AsReadOnly(),
        Metrics = Metrics.AsReadOnly(),
        Lineage = Lineage.AsReadOnly(),
        Labels = Labels?.AsReadOnly() ?? (IReadOnlyList<string>)[],
        MaxInputLength = MaxInputLength,
        MaxTargetLength = MaxTargetLength,
        EvaluationMethod = EvaluationMethod,
        CalibrationTemperature = CalibrationTemperature,
        Created = Created,
        License = License,
        Note = Note,
    };
}
