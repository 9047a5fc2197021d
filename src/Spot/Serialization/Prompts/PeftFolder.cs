using System.Text.Json;

namespace Spot.Serialization;

/// <summary>Reads and writes the prompts of Hugging Face PEFT: a folder with <c>adapter_config.json</c> and weights.</summary>
internal static class PeftFolder
{
    public const string ConfigName = "adapter_config.json", Key = "prompt_embeddings";

    private const string Safetensors = "adapter_model.safetensors", Torch = "adapter_model.bin", ColumnsKey = "prefix_task_cols", RowsKey = "prefix_task_rows";

    private const long MostComposed = 1 << 24;

    // The release whose layout is written; PEFT keeps it as a note.
    private const string Version = "0.21.2";

    /// <summary>Whether a file is the weights or the configuration of such a folder: neither can be read without the other.</summary>
    public static bool IsWeights(string path) => Path.GetFileName(path) is Safetensors or Torch or ConfigName;

    public static IReadOnlyList<SoftPrompt> Read(string folder, ConfigReader json, PromptTarget target)
    {
        PeftConfig config = PeftConfig.Read(json, target.Dim);
        using TensorFile file = TensorFile.OpenNamed(PromptFolder.Weights(folder, Safetensors, Torch));
        PromptRows rows = PromptTensors.Rows(file, Find(file, Key), target.Dim);
        if (rows.Count != (long)config.Rows * config.Submodules)
        {
            throw json.Error(
                $"{config.Rows} virtual tokens x {config.Submodules} submodules are {(long)config.Rows * config.Submodules} rows, but '{Path.GetFileName(file.Path)}' has {rows.Count}. " +
                "Both files must be of the same prompt.");
        }

        return config.Multitask ? Compose(file, rows, config, json, target) : [target.Prompt(rows.Slice(0, config.Rows), file.Path)];
    }

    public static void Write(string folder, SoftPrompt prompt, PeftExportOptions options) =>
        Write(folder, prompt, options, [SafetensorsEntry.FromFloats(Key, [prompt.Length, prompt.Dim], prompt.Values.Span)], null);

    public static void Write(string folder, MultitaskPrompt prompt, PeftExportOptions options)
    {
        SoftPrompt shared = prompt.Shared;
        Write(folder, shared, options,
        [
            SafetensorsEntry.FromFloats(ColumnsKey, [prompt.Tasks.Count, shared.Length, prompt.Ranks], prompt.Columns.Span),
            SafetensorsEntry.FromFloats(RowsKey, [prompt.Tasks.Count, prompt.Ranks, shared.Dim], prompt.Rows.Span),
            SafetensorsEntry.FromFloats(Key, [shared.Length, shared.Dim], shared.Values.Span),
        ], prompt);
    }

    private static void Write(string folder, SoftPrompt prompt, PeftExportOptions options, SafetensorsEntry[] tensors, MultitaskPrompt? tasks)
    {
        if (string.IsNullOrWhiteSpace(options.BaseModel))
        {
            throw new ArgumentException(
                $"{nameof(PeftExportOptions)}.{nameof(PeftExportOptions.BaseModel)} is empty, expected the model's name or path, for example google/t5-base-lm-adapt: without it PEFT cannot find the model.",
                nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Layers ?? 1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Heads ?? 1, 1, nameof(options));
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, Safetensors), stream => SafetensorsWriter.Write(
            stream, tensors, new Dictionary<string, string> { ["format"] = "pt" }));
        AtomicFile.Write(Path.Combine(folder, ConfigName), stream => WriteConfig(stream, prompt, options, tasks));
    }

    // prompt(task) = shared rows ⊙ (columns of the task · rows of the task); [S·P, H], [T, S·P, r], [T, r, H].
    private static SoftPrompt[] Compose(TensorFile file, PromptRows shared, PeftConfig config, ConfigReader json, PromptTarget target)
    {
        NamedTensor columns = file.Tensors[Find(file, ColumnsKey)], rows = file.Tensors[Find(file, RowsKey)];
        bool fits = columns.Shape is [> 0, var high, > 0] && rows.Shape is [var tasks, var rank, var width]
            && high == shared.Count && width == shared.Columns && tasks == columns.Shape[0] && rank == columns.Shape[2];
        if (!fits || (json.OptionalCount("num_tasks") ?? rows.Shape[0]) != rows.Shape[0] || (json.OptionalCount("num_ranks") ?? rows.Shape[1]) != rows.Shape[1])
        {
            throw new InvalidDataException(
                $"'{file.Path}': {ColumnsKey} is [{string.Join(", ", columns.Shape)}] and {RowsKey} [{string.Join(", ", rows.Shape)}]; expected [tasks, {shared.Count}, ranks] and " +
                $"[tasks, ranks, {shared.Columns}], as many tasks and ranks as {ConfigName} says.");
        }

        if (rows.Shape[0] * config.Rows > MostComposed / shared.Columns)
        {
            throw new InvalidDataException($"'{file.Path}': {rows.Shape[0]} tasks of {config.Rows} x {shared.Columns} are more than {MostComposed} numbers, far more than the file holds; no tool writes that.");
        }

        if (config.Submodules > 1)
        {
            target.Warn($"'{file.Path}' has {config.Rows} rows in front of the decoder too. They were trained, but PEFT does not use them to generate and Spot does not read them.");
        }

        float[] left = file.Floats(ColumnsKey), right = file.Floats(RowsKey);
        int ranks = (int)rows.Shape[1], dim = shared.Columns;
        SoftPrompt[] prompts = new SoftPrompt[rows.Shape[0]];
        for (int task = 0; task < prompts.Length; task++)
        {
            float[] values = new float[config.Rows * dim];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(shared.Values[i] * MultitaskPrompt.Factor(left, right, task, i / dim, i % dim, shared.Count, dim, ranks));
            }

            prompts[task] = target.Prompt(new PromptRows(config.Rows, dim, values), file.Path);
        }

        return prompts;
    }

    private static string Find(TensorFile file, string name) => file.Tensors.ContainsKey(name) ? name : throw new InvalidDataException(
        $"'{file.Path}': found no tensor '{name}', expected it in the weights of a PEFT prompt of this type.");

    private static void WriteConfig(Stream stream, SoftPrompt prompt, PeftExportOptions options, MultitaskPrompt? tasks)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNull("auto_mapping");
        json.WriteString("base_model_name_or_path", options.BaseModel);
        json.WriteBoolean("inference_mode", true);
        json.WriteNull("modules_to_save");
        Write(json, "num_attention_heads", options.Heads);
        Write(json, "num_layers", options.Layers);
        if (tasks is not null)
        {
            json.WriteNumber("num_ranks", tasks.Ranks);
            json.WriteNumber("num_tasks", tasks.Tasks.Count);
        }

        json.WriteNumber("num_transformer_submodules", 1); // 2, PEFT's default, asks for rows that nothing uses
        json.WriteNumber("num_virtual_tokens", prompt.Length);
        json.WriteString(PeftConfig.TypeField, tasks is null ? PeftConfig.PromptTuning : PeftConfig.MultitaskTuning);
        json.WriteString("peft_version", Version);
        json.WriteString("prompt_tuning_init", "RANDOM");
        if (tasks is not null)
        {
            json.WriteNull("prompt_tuning_init_state_dict_path");
            json.WriteNumber("prompt_tuning_init_task", 0);
        }

        json.WriteNull("prompt_tuning_init_text");
        json.WriteNull("revision");
        json.WriteString("task_type", PeftConfig.TaskType); // without it PEFT loads the prompt and never uses it
        json.WriteNumber("token_dim", prompt.Dim);
        json.WriteNull("tokenizer_kwargs");
        json.WriteNull("tokenizer_name_or_path");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
