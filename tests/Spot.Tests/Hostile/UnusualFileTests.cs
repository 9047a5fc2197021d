using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Backbone;
using Spot.Tokenization;

namespace Spot.Tests.Hostile;

/// <summary>What is too large or too odd to be kept as a file: enormous headers, endless nesting, links, folders and pipes in place of files.</summary>
public sealed partial class UnusualFileTests : IDisposable
{
    private const int Deep = 1_000_000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_header_of_spaces_costs_no_more_than_the_file()
    {
        string path = At("model.safetensors");
        const int length = SafetensorsHeader.MaxJsonBytes;
        using (FileStream stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes((long)length));
            stream.Write("{"u8);
            byte[] spaces = [.. Enumerable.Repeat((byte)' ', 1 << 20)];
            for (int left = length - 2; left > 0; left -= spaces.Length)
            {
                stream.Write(spaces.AsSpan(0, Math.Min(left, spaces.Length)));
            }

            stream.Write("}"u8);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("no tensor", Assert.Throws<InvalidDataException>(() => PromptFile.Read(path, TestPaths.Fingerprint, 16)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, length + (64 << 20));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Nested_without_end(string open, string close)
    {
        string deep = new StringBuilder().Insert(0, open, Deep).Append('1').Insert(open.Length * Deep + 1, close, Deep).ToString();
        string json = "{\"peft_type\":\"PROMPT_TUNING\",\"x\":" + deep + "}";
        File.WriteAllText(At("adapter_config.json"), json);
        File.WriteAllText(At("config.json"), json);
        File.WriteAllText(At("model.safetensors.index.json"), "{\"weight_map\":" + deep + "}");
        byte[] header = Encoding.UTF8.GetBytes("{\"__metadata__\":" + deep + "}");
        File.WriteAllBytes(At("prompt.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. header]);
        Assert.Throws<InvalidDataException>(() => PromptFile.Read(_folder.Path, TestPaths.Fingerprint, 16));
        Assert.Throws<InvalidDataException>(() => T5Config.Load(At("config.json")));
        Assert.Throws<InvalidDataException>(() => T5Tokenizer.Load(At("config.json")));
        Assert.Throws<InvalidDataException>(() => CheckpointFiles.Open(_folder.Path));
        Assert.Throws<InvalidDataException>(() => PromptFile.Read(At("prompt.safetensors"), TestPaths.Fingerprint, 16));
    }

    [Fact]
    public void A_pickle_nested_without_end()
    {
        using (ZipArchive archive = ZipFile.Open(At("deep.pt"), ZipArchiveMode.Create))
        {
            Member(archive, "deep/data.pkl", Encoding.ASCII.GetBytes(new string(']', Deep) + new string('a', Deep - 1) + "."));
            Member(archive, "deep/version", "3\n"u8.ToArray());
        }

        Assert.Contains("no tensor", Assert.Throws<InvalidDataException>(() => PromptFile.Read(At("deep.pt"), TestPaths.Fingerprint, 16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_may_be_links_into_the_cache_of_their_index_and_nowhere_else()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string source = TestPaths.Golden("t5/storage/safetensors_sharded");
        string blobs = Directory.CreateDirectory(At("blobs")).FullName, snapshot = Directory.CreateDirectory(At("snapshot")).FullName;
        string elsewhere = Directory.CreateDirectory(At("elsewhere")).FullName;
        foreach (string path in Directory.EnumerateFiles(source, "model*"))
        {
            string name = Path.GetFileName(path);
            File.Copy(path, Path.Combine(blobs, "blob of " + name));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), Path.Combine("..", "blobs", "blob of " + name));
        }

        using (CheckpointFiles whole = CheckpointFiles.Open(source), linked = CheckpointFiles.Open(snapshot))
        {
            Assert.Equal(whole.Tensors.Keys.Order(), linked.Tensors.Keys.Order());
        }

        string shard = Directory.EnumerateFiles(snapshot, "*.safetensors").First();
        string target = File.ResolveLinkTarget(shard, true)!.FullName;
        File.Move(target, Path.Combine(elsewhere, "shard"));
        File.Delete(shard);
        File.CreateSymbolicLink(shard, Path.Combine(elsewhere, "shard"));
        Assert.Contains("is a link to", Assert.Throws<InvalidDataException>(() => CheckpointFiles.Open(snapshot)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prompt.npy")]
    [InlineData("prompt.safetensors")]
    [InlineData("prompt.pt")]
    public void A_folder_with_the_name_of_a_file(string name)
    {
        Directory.CreateDirectory(At(name));
        Assert.Throws<FileNotFoundException>(() => PromptFile.Read(At(name), TestPaths.Fingerprint, 16));
        File.WriteAllText(At("adapter_config.json"), """{"peft_type":"PROMPT_TUNING","task_type":"SEQ_2_SEQ_LM","num_virtual_tokens":5}""");
        Directory.CreateDirectory(At("adapter_model.safetensors"));
        Assert.Throws<FileNotFoundException>(() => PromptFile.Read(_folder.Path, TestPaths.Fingerprint, 16));
        Directory.CreateDirectory(At("model.safetensors"));
        Assert.Throws<FileNotFoundException>(() => CheckpointFiles.Open(_folder.Path));
        Directory.CreateDirectory(At("config.json"));
        Assert.Throws<FileNotFoundException>(() => T5Config.Load(At("config.json")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pipe_is_refused_and_not_waited_for(bool linked)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Windows has no pipes in folders.");
        Assert.Equal(0, MakePipe(At("pipe"), 0b110_000_000));
        string[] names = ["prompt.npy", "adapter_config.json", "model.safetensors", "pytorch_model.bin", "config.json", "spiece.model", "tokenizer.json"];
        foreach (string name in names)
        {
            if (linked)
            {
                File.CreateSymbolicLink(At(name), "pipe");
            }
            else
            {
                Assert.Equal(0, MakePipe(At(name), 0b110_000_000));
            }
        }

        Action[] reads =
        [
            () => PromptFile.Read(At("prompt.npy"), TestPaths.Fingerprint, 16), () => PromptFile.Read(_folder.Path, TestPaths.Fingerprint, 16), () => CheckpointFiles.Open(_folder.Path),
            () => SafetensorsFile.Open(At("model.safetensors")), () => TorchFile.Open(At("pytorch_model.bin")), () => T5Config.Load(At("config.json")),
            () => T5Tokenizer.Load(At("spiece.model")), () => T5Tokenizer.Load(At("tokenizer.json")),
        ];
        foreach (Action read in reads)
        {
            await Task.Run(() => Assert.Throws<InvalidDataException>(read), TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        if (OperatingSystem.IsLinux())
        {
            Assert.Throws<InvalidDataException>(() => PromptFile.Read("/dev/zero", TestPaths.Fingerprint, 16));
        }
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read()
    {
        string path = At("model.safetensors");
        File.Copy(Path.Combine(TestModels.SpotTiny, "model.safetensors"), path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using (FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            writer.SetLength(10_000);
        }

        Assert.Contains("shrunk", Assert.Throws<InvalidDataException>(() => file.ReadFloats(T5Layout.Shared)).Message, StringComparison.Ordinal);
    }

    private static void Member(ZipArchive archive, string name, byte[] bytes)
    {
        using Stream stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(bytes);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
