using System.Text;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Formats and families that a user describes in a JSON file.</summary>
internal static class RegistrationFile
{
    private static readonly string[] Keys = ["formats", "families"], FamilyKeys = ["name", "members", "standIns"];

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It does not describe formats and families.</exception>
    public static (IReadOnlyList<TextFormat> Formats, IReadOnlyList<TaskFamily> Families) Read(string path)
    {
        try
        {
            JsonObject file = CardJson.Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)));
            CardJson.CheckKeys(file, Keys, required: []);
            return ([.. Objects(file, "formats").Select(format => TextFormat.Parse(format.ToJsonString(), path))], [.. Objects(file, "families").Select(Family)]);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' does not describe formats and families ({{\"formats\": [{{\"name\": …, \"input\": …, \"target\": …}}], \"families\": [{{\"name\": …, \"members\": […]}}]}}): {e.Message}", e);
        }
    }

    private static JsonObject[] Objects(JsonObject file, string key) => file[key] switch
    {
        null => [],
        JsonArray list when list.All(item => item is JsonObject) => [.. list.Select(item => (JsonObject)item!)],
        _ => throw new FormatException(CardJson.Wrong(file, key, "a list of objects")),
    };

    private static TaskFamily Family(JsonObject family)
    {
        CardJson.CheckKeys(family, FamilyKeys, required: ["name", "members"]);
        return new TaskFamily(CardJson.Text(family, "name") ?? "", CardJson.Texts(family, "members") ?? [], CardJson.Texts(family, "standIns") ?? []);
    }
}
