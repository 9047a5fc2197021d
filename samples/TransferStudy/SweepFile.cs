using System.Text.Json;
using System.Text.Json.Serialization;
using Spot.Plots;
using Spot.Studies;

namespace Spot.Samples.TransferStudy;

/// <summary>What a study leaves in its folder for a sweep over models: its model's name and size, and what it found.</summary>
internal static class SweepFile
{
    private const string Name = "result.json";

    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes it.</summary>
    public static void Write(string folder, string model, long parameters, StudyResult result) =>
        File.WriteAllBytes(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(new SweepStudy(model, parameters, result), Options));

    /// <summary>Reads it.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static SweepStudy Read(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), Name);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"Found no '{path}', expected the folder of a study that wrote its report. Run its command with --resume --report-only.");
        }

        try
        {
            return JsonSerializer.Deserialize<SweepStudy>(File.ReadAllBytes(path), Options) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not what a study leaves: {e.Message} Run its command with --resume --report-only.", e);
        }
    }
}
