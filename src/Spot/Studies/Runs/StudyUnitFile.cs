using System.Text.Json.Serialization;

namespace Spot.Studies;

/// <summary>The file of a unit that is done.</summary>
/// <param name="Identity">What decided its result.</param>
/// <param name="Sources">The prompts that an average or a mixture was chosen from.</param>
/// <param name="Run">What it gave.</param>
internal sealed record StudyUnitFile(SortedDictionary<string, string> Identity, string[] Sources, StudyRun Run);

/// <summary>Its JSON, by generated code.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(StudyUnitFile))]
internal sealed partial class StudyJson : JsonSerializerContext;
