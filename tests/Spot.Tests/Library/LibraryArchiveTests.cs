using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Spot.Library;

namespace Spot.Tests.Library;

public class LibraryArchiveTests
{
    private static int _tried;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_library_travels_in_one_file()
    {
        using TempFolder folder = new();
        string archive = await ExportAsync(folder.Path, ["a", "b", "c"]);
        PromptLibrary target = PromptLibrary.Open(Path.Combine(folder.Path, "target"));
        Assert.Equal(["a", "b", "c"], await target.ImportAsync(archive, Token));
        foreach (PromptLibrary opened in new[] { target, PromptLibrary.Open(target.Folder), PromptLibrary.Open(target.Folder, null, fewRecords: 0) })
        {
            Assert.Empty(opened.Problems);
            Assert.Equal(Samples.Backbone, opened.BackboneFingerprint);
            foreach (string id in new[] { "a", "b", "c" })
            {
                Samples.AssertEqual(Samples.Record(id), await opened.GetAsync(id, Token));
            }

            Assert.Equal(3, (await opened.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
        }

        // The same files again, and the same bytes at any time.
        Assert.Equal(
            Directory.GetFiles(Path.Combine(folder.Path, "source")).Select(file => (Path.GetFileName(file), Convert.ToHexString(File.ReadAllBytes(file)))).Order(),
            Directory.GetFiles(target.Folder).Select(file => (Path.GetFileName(file), Convert.ToHexString(File.ReadAllBytes(file)))).Order());
        string second = Path.Combine(folder.Path, "second.zip");
        Assert.Equal(3, await target.ExportAsync(second, Token));
        Assert.Equal(await File.ReadAllBytesAsync(archive, Token), await File.ReadAllBytesAsync(second, Token));

        // Any zip tool reads it, and sha256sum checks it.
        using ZipArchive zip = await ZipFile.OpenReadAsync(archive, Token);
        using StreamReader sums = new(zip.GetEntry("SHA256SUMS")!.Open());
        string[] lines = (await sums.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(zip.Entries.Count - 1, lines.Length);
        Assert.All(lines, line => Assert.Equal(line[..64], Convert.ToHexStringLower(SHA256.HashData(Bytes(zip, line[66..])))));
    }

    [Fact]
    public async Task Any_changed_byte_is_refused_or_means_nothing()
    {
        using TempFolder folder = new();
        string archive = await ExportAsync(folder.Path, ["a"]);
        byte[] whole = await File.ReadAllBytesAsync(archive, Token);
        int harmless = 0;
        for (int i = 0; i < whole.Length; i += 3)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x41;
            harmless += await TryAsync(folder.Path, i % 2 == 0 ? changed : whole[..i]) ? 1 : 0;
        }

        Assert.InRange(harmless, 0, whole.Length / 12); // dates and the like of the zip format
    }

    public static TheoryData<string, string, bool> Intruders() => new()
    {
        { "../evil.json", "{}", true },
        { "/tmp/evil.json", "{}", true },
        { "sub/x.json", "{}", true },
        { "..\\evil.json", "{}", true },
        { "x.exe", "MZ", true },
        { "CON.json", "{}", true },
        { "x.json", "{}", true },
        { "x.json", "{}", false },
        { "a.json", "{}", false },
        { "library.json", "{\"format\": 2, \"backbone\": \"backbone-one\"}", false },
    };

    [Theory]
    [MemberData(nameof(Intruders))]
    public async Task Files_that_do_not_belong_there_are_refused(string name, string content, bool isListed)
    {
        using TempFolder folder = new();
        string archive = await ExportAsync(folder.Path, ["a"]);
        using (ZipArchive zip = await ZipFile.OpenAsync(archive, ZipArchiveMode.Update, Token))
        {
            if (name == "library.json")
            {
                zip.GetEntry(name)!.Delete();
            }

            Put(zip, name, Encoding.UTF8.GetBytes(content));
            if (isListed || name == "library.json")
            {
                string sums = Encoding.UTF8.GetString(Bytes(zip, "SHA256SUMS"));
                sums = string.Concat(sums.Split('\n').Where(line => line.Length > 0 && !line.EndsWith("  " + name, StringComparison.Ordinal)).Select(line => line + '\n'));
                zip.GetEntry("SHA256SUMS")!.Delete();
                Put(zip, "SHA256SUMS", Encoding.UTF8.GetBytes(sums + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}  {name}\n"));
            }
        }

        Assert.False(await TryAsync(folder.Path, await File.ReadAllBytesAsync(archive, Token)));
        Assert.Empty(Directory.GetFiles(folder.Path, "evil*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Sizes_beyond_counting_are_told_as_what_they_are()
    {
        using TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "huge.zip");
        await File.WriteAllBytesAsync(archive, Directory("a.json", "b.json"), Token);
        string message = (await Assert.ThrowsAsync<InvalidDataException>(() => PromptLibrary.Open(Path.Combine(folder.Path, "new")).ImportAsync(archive, Token))).Message;
        Assert.Contains("found 18446744073709551614 bytes when unpacked from", message, StringComparison.Ordinal);

        // A central directory alone: each entry says that it unpacks to 2^63 - 1 bytes.
        static byte[] Directory(params string[] names)
        {
            MemoryStream stream = new();
            BinaryWriter zip = new(stream);
            foreach (string name in names)
            {
                zip.Write("PK\x01\x02"u8);
                zip.Write([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // version 4.5, stored, 1 January 1980
                zip.Write(uint.MaxValue); // the size is in the extra field
                zip.Write([(byte)name.Length, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
                zip.Write(Encoding.ASCII.GetBytes(name));
                zip.Write([1, 0, 8, 0]);
                zip.Write(long.MaxValue);
            }

            int length = (int)stream.Length;
            zip.Write("PK\x05\x06"u8);
            zip.Write([0, 0, 0, 0, (byte)names.Length, 0, (byte)names.Length, 0]);
            zip.Write(length);
            zip.Write([0, 0, 0, 0, 0, 0]);
            return stream.ToArray();
        }
    }

    [Fact]
    public async Task What_unpacks_to_a_multiple_is_refused_unread()
    {
        using TempFolder folder = new();
        string archive = await ExportAsync(folder.Path, ["a"]);
        using (ZipArchive zip = await ZipFile.OpenAsync(archive, ZipArchiveMode.Update, Token))
        {
            using Stream stream = zip.CreateEntry("x.0123456789ab.safetensors", CompressionLevel.SmallestSize).Open();
            for (int i = 0; i < 50; i++)
            {
                stream.Write(new byte[1 << 20]);
            }
        }

        long before = GC.GetTotalAllocatedBytes();
        Assert.False(await TryAsync(folder.Path, await File.ReadAllBytesAsync(archive, Token)));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20 << 20);
    }

    [Fact]
    public async Task An_import_that_fails_on_the_way_leaves_nothing()
    {
        using TempFolder folder = new();
        string archive = await ExportAsync(folder.Path, ["a", "b", "c"]);
        PromptLibrary target = PromptLibrary.Open(Path.Combine(folder.Path, "target"));
        Directory.CreateDirectory(Path.Combine(target.Folder, "c.json", "full")); // nobody can write this sidecar
        Assert.True(await Record.ExceptionAsync(() => target.ImportAsync(archive, Token)) is IOException or UnauthorizedAccessException);
        Assert.Empty(Directory.GetFiles(target.Folder));
        Assert.Null(PromptLibrary.Open(target.Folder).BackboneFingerprint);
        Assert.Empty(await target.ListAsync(Token).ToListAsync(Token));
        Directory.Delete(Path.Combine(target.Folder, "c.json"), recursive: true);
        Assert.Equal(3, (await target.ImportAsync(archive, Token)).Count);
        Assert.Equal(3, (await target.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
    }

    /// <summary>Imports bytes; either all is well and the record is as it was, or a documented exception says what is wrong and nothing is there.</summary>
    private static async Task<bool> TryAsync(string folder, byte[] bytes)
    {
        string archive = Path.Combine(folder, "tried.zip"), target = Path.Combine(folder, "tried", $"{Interlocked.Increment(ref _tried)}");
        await File.WriteAllBytesAsync(archive, bytes, Token);
        PromptLibrary library = PromptLibrary.Open(target);
        try
        {
            Assert.Equal(["a"], await library.ImportAsync(archive, Token));
            Samples.AssertEqual(Samples.Record("a"), await library.GetAsync("a", Token));
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or SpotException)
        {
            Assert.Contains("xpected", exception.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(target));
            return false;
        }
    }

    private static async Task<string> ExportAsync(string folder, string[] ids)
    {
        PromptLibrary source = PromptLibrary.Open(Path.Combine(folder, "source"));
        foreach (string id in ids)
        {
            await source.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        string archive = Path.Combine(folder, "archive.zip");
        Assert.Equal(ids.Length, await source.ExportAsync(archive, Token));
        return archive;
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        using Stream stream = zip.GetEntry(name)!.Open();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static void Put(ZipArchive zip, string name, byte[] bytes)
    {
        using Stream stream = zip.CreateEntry(name).Open();
        stream.Write(bytes);
    }
}
