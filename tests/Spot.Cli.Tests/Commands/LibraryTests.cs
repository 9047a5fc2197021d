using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Spot.Library;

namespace Spot.Cli.Tests;

/// <summary>The commands of libraries, and prompts in the files of other tools.</summary>
[Collection(ToolTests.Name)]
public sealed class LibraryTests(TunedLibrary tuned)
{
    [Fact]
    public async Task Prompts_are_listed_shown_removed_and_travel_as_one_file()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        PromptRecord books = await tuned.PromptAsync("books-0");
        JsonElement list = (await Workplace.DoneAsync("library", "list", "--json")).Json;
        Assert.Equal(["books-0", "films-0"], list.GetProperty("prompts").EnumerateArray().Select(info => info.GetProperty("id").GetString()));
        Assert.Equal(books.Info.BackboneFingerprint, list.GetProperty("backbone").GetString());
        Answer shown = await Workplace.DoneAsync("library", "show", "books-0");
        Assert.Contains("fact, opinion", shown.Out, StringComparison.Ordinal);
        Assert.Contains("5 x 256", shown.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Workplace.DoneAsync("library", "export", "all.zip", "--json")).Json.GetProperty("prompts").GetInt32());

        Assert.Contains("no prompt 'nix'; nothing was removed", await Workplace.RefusedAsync("library", "remove", "books-0", "nix"), StringComparison.Ordinal);
        await Workplace.DoneAsync("library", "remove", "books-0");
        Assert.DoesNotContain("books-0", (await Workplace.DoneAsync("library", "list")).Out, StringComparison.Ordinal);
        Assert.Contains("no prompt 'books-0'", await Workplace.RefusedAsync("library", "show", "books-0"), StringComparison.Ordinal);

        Assert.Equal(["books-0"], (await Workplace.DoneAsync("library", "import", "all.zip", "--json")).Json.GetProperty("added").EnumerateArray().Select(id => id.GetString()));
        using PromptLibrary library = PromptLibrary.Open("prompts");
        Assert.Equal(books.Prompt.Values.ToArray(), (await library.GetAsync("books-0", TestContext.Current.CancellationToken))!.Prompt.Values.ToArray());
    }

    [Fact]
    public async Task A_damaged_file_is_found_and_named()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        Assert.Contains("2 prompts", (await Workplace.DoneAsync("library", "verify")).Out, StringComparison.Ordinal);
        string file = Assert.Single(Directory.GetFiles(Path.Combine(place.Folder, "prompts"), "films-0*.safetensors", SearchOption.AllDirectories));
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Answer answer = await Workplace.RunAsync("library", "verify", "--json");
        Assert.Equal(ExitCode.WrongInput, answer.ExitCode);
        Assert.Equal(1, answer.Json.GetProperty("sound").GetInt32());
        Assert.Contains("films-0", Assert.Single(answer.Json.GetProperty("problems").EnumerateArray()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_goes_through_every_format_to_the_same_bits_and_back_into_a_library()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        float[] expected = (await tuned.PromptAsync("books-0")).Prompt.Values.ToArray();
        await Workplace.DoneAsync("convert", "books-0", "books.npy");
        Assert.Equal(expected, Npy(await File.ReadAllBytesAsync("books.npy", TestContext.Current.CancellationToken), "(5, 256)"));
        await Workplace.DoneAsync("convert", "books.npy", "peft", "--base-model", "google/t5-base-lm-adapt");
        JsonElement config = JsonDocument.Parse(await File.ReadAllTextAsync("peft/adapter_config.json", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(("google/t5-base-lm-adapt", 5, 4), (config.GetProperty("base_model_name_or_path").GetString(), config.GetProperty("num_virtual_tokens").GetInt32(), config.GetProperty("num_layers").GetInt32()));
        Assert.Equal(expected, Safetensors(await File.ReadAllBytesAsync("peft/adapter_model.safetensors", TestContext.Current.CancellationToken), "prompt_embeddings"));
        Assert.Equal("safetensors", (await Workplace.DoneAsync("convert", "peft", "books.safetensors", "--json")).Json.GetProperty("format").GetString());
        Assert.Equal(expected, Safetensors(await File.ReadAllBytesAsync("books.safetensors", TestContext.Current.CancellationToken), "prompt"));
        Assert.Contains("Say the format with --to", await Workplace.RefusedAsync("convert", "books.npy", "books.pt"), StringComparison.Ordinal);

        await Workplace.DoneAsync("library", "add", "peft", "--id", "from-peft", "--task", "books", "--labels", "fact", "opinion", "--note", "of another tool", "--max-input-length", "96");
        JsonElement info = (await Workplace.DoneAsync("library", "show", "from-peft", "--json")).Json;
        Assert.Equal(("books", 5, "of another tool", 96), (info.GetProperty("task").GetString(), info.GetProperty("length").GetInt32(), info.GetProperty("note").GetString(), info.GetProperty("maxInputLength").GetInt32()));
        using PromptLibrary library = PromptLibrary.Open("prompts");
        Assert.Equal(expected, (await library.GetAsync("from-peft", TestContext.Current.CancellationToken))!.Prompt.Values.ToArray());
        Assert.Contains("'from-peft'", await Workplace.RefusedAsync("library", "add", "peft", "--id", "from-peft", "--task", "books"), StringComparison.Ordinal);
    }

    // As the NumPy manual says: magic, version 1.0, length of the header, header, numbers in little endian.
    private static float[] Npy(byte[] bytes, string shape)
    {
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], bytes[..8]);
        int header = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        Assert.Contains($"'shape': {shape}", Encoding.ASCII.GetString(bytes, 10, header), StringComparison.Ordinal);
        return Floats(bytes.AsSpan(10 + header));
    }

    // As the format's page says: length of the header, header in JSON, numbers in little endian.
    private static float[] Safetensors(byte[] bytes, string name)
    {
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        JsonElement tensor = JsonDocument.Parse(bytes.AsMemory(8, header)).RootElement.GetProperty(name);
        int[] offsets = [.. tensor.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        return Floats(bytes.AsSpan(8 + header)[offsets[0]..offsets[1]]);
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return values;
    }
}
