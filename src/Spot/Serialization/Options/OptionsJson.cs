using System.Text.Json.Serialization;

namespace Spot.Serialization;

/// <summary>Options as JSON, by generated code: enumerations by name.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(TuningOptions))]
[JsonSerializable(typeof(ModelTuningOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext;
