using System.Text.Json.Serialization;

namespace Spot.Tuning;

/// <summary>What a checkpoint says as JSON, by generated code.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(List<TuningEvaluation>))]
internal sealed partial class TuningJson : JsonSerializerContext;
