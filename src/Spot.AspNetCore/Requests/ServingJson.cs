using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>How bodies are read and written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GenerateBody))]
[JsonSerializable(typeof(ClassifyBody))]
[JsonSerializable(typeof(ScoreBody))]
[JsonSerializable(typeof(EmbedBody))]
[JsonSerializable(typeof(SearchBody))]
[JsonSerializable(typeof(Answers<GenerationAnswer>))]
[JsonSerializable(typeof(Answers<ClassificationAnswer>))]
[JsonSerializable(typeof(Answers<ScoringAnswer>))]
[JsonSerializable(typeof(Answers<EmbeddingAnswer>))]
[JsonSerializable(typeof(TextPiece))]
[JsonSerializable(typeof(PromptPage))]
[JsonSerializable(typeof(PromptMatches))]
[JsonSerializable(typeof(CompletionBody))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(EmbeddingsBody))]
[JsonSerializable(typeof(Embeddings))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(float[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ErrorEvent))]
internal sealed partial class ServingJson : JsonSerializerContext;
