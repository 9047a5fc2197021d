using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spot.Serialization;

namespace Spot.Tuning;

/// <summary>
/// A run as one safetensors file: parameters, optimiser states, best and early checkpoint, losses, and as metadata the step, the evaluations and
/// what the run is. It holds no times, so that equal runs have equal bytes.
/// </summary>
internal static class RunCheckpoint
{
    private const string Format = "spot tuning run 1";

    /// <summary>Replaces a checkpoint; the old one stays until the new one is on disk.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, string> identity, IReadOnlyList<Parameter> parameters, RunState state)
    {
        List<SafetensorsEntry> tensors = [SafetensorsEntry.Over("losses", [.. state.Losses])];
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter parameter = parameters[i];
            tensors.Add(Entry("value", parameter, parameter.Read()));
            tensors.AddRange(parameter.ReadState().Select(moment =>
                SafetensorsEntry.Over($"optimizer/{moment.Key}/{parameter.Name}", [moment.Value.Length], moment.Value)));
            if (state.Best is not null)
            {
                tensors.Add(Entry("best", parameter, state.Best[i]));
            }

            if (state.Early is not null)
            {
                tensors.Add(Entry("early", parameter, state.Early[i]));
            }
        }

        Dictionary<string, string> metadata = new()
        {
            ["format"] = Format,
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["run"] = JsonSerializer.Serialize(RunIdentity.UpTo(identity, state.Step), TuningJson.Default.IReadOnlyDictionaryStringString),
            ["evaluations"] = JsonSerializer.Serialize(state.Evaluations, TuningJson.Default.ListTuningEvaluation),
        };
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Brings a run to where its checkpoint is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What the run is.</param>
    /// <param name="parameters">Get their values and optimiser states.</param>
    /// <returns>The state.</returns>
    /// <exception cref="SpotException">The checkpoint is of another run; the message names what differs.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or no checkpoint.</exception>
    public static RunState Read(string path, IReadOnlyDictionary<string, string> identity, IReadOnlyList<Parameter> parameters)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, string> found = CheckIdentity(path, file, identity);
        try
        {
            int step = int.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
            double[] losses = new double[file.Find("losses").ElementCount];
            file.Read(file.Find("losses"), new ArrayBytes<double>(losses).GetSpan());
            List<TuningEvaluation> evaluations = JsonSerializer.Deserialize(file.Metadata["evaluations"], TuningJson.Default.ListTuningEvaluation)!;
            float[][]? best = Snapshot("best"), early = Snapshot("early");
            if (losses.Length != step || (best is null) != (evaluations.Count == 0))
            {
                throw new InvalidDataException($"'{path}' holds {losses.Length} losses and {evaluations.Count} evaluations for {step} steps. {Remedy}");
            }

            foreach (Parameter parameter in parameters)
            {
                parameter.Write(Fill($"value/{parameter.Name}", new float[parameter.Count]));
                parameter.WriteState(parameter.ReadState().ToDictionary(moment => moment.Key, moment => Fill($"optimizer/{moment.Key}/{parameter.Name}", moment.Value)));
                parameter.Step = step;
            }

            return new RunState { Step = step, ComputedOn = found.GetValueOrDefault(RunIdentity.ComputedOn), Losses = [.. losses], Evaluations = evaluations, Best = best, Early = early };
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException or JsonException)
        {
            throw new InvalidDataException($"'{path}' is not a whole checkpoint: {exception.Message} {Remedy}", exception);
        }

        float[][]? Snapshot(string kind) => file.Tensors.ContainsKey($"{kind}/{parameters[0].Name}")
            ? [.. parameters.Select(parameter => Fill($"{kind}/{parameter.Name}", new float[parameter.Count]))]
            : null;

        float[] Fill(string name, float[] values)
        {
            SafetensorsTensor tensor = file.Find(name);
            if (tensor.DType != SafetensorsType.F32 || tensor.ElementCount != values.Length)
            {
                throw new InvalidDataException($"'{path}': tensor '{name}' has {tensor.ElementCount} {tensor.DType}, expected {values.Length} F32. {Remedy}");
            }

            file.Read(tensor, new ArrayBytes<float>(values).GetSpan());
            return values;
        }
    }

    private const string Remedy = "Delete the file to begin anew.";

    private static SafetensorsEntry Entry(string kind, Parameter parameter, float[] values) =>
        SafetensorsEntry.Over($"{kind}/{parameter.Name}", ImmutableArray.Create(parameter.Shape), values);

    private static Dictionary<string, string> CheckIdentity(string path, SafetensorsFile file, IReadOnlyDictionary<string, string> identity)
    {
        Dictionary<string, string>? found = null;
        try
        {
            found = file.Metadata.GetValueOrDefault("format") == Format && file.Metadata.TryGetValue("run", out string? run)
                ? JsonSerializer.Deserialize(run, TuningJson.Default.DictionaryStringString) : null;
        }
        catch (JsonException)
        {
            // said below
        }

        if (found is null)
        {
            throw new InvalidDataException($"'{path}' is no checkpoint of a tuning run (expected the metadata 'format': '{Format}'). Choose another RunFolder, or delete the file.");
        }

        string[] differences = [.. RunIdentity.Differences(found, RunIdentity.UpTo(identity, Step(file)))];
        if (differences.Length > 0)
        {
            throw new SpotException(
                $"The checkpoint '{path}' is of another run: {string.Join("; ", differences)}. Give every run a RunFolder of its own, or delete the file to begin anew.");
        }

        return found;
    }

    private static int Step(SafetensorsFile file) =>
        int.TryParse(file.Metadata.GetValueOrDefault("step"), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : 0;
}
