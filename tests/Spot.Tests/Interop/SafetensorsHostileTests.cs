using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Spot.Interop;

namespace Spot.Tests.Interop;

public class SafetensorsHostileTests
{
    private static readonly JsonElement Hostile =
        JsonDocument.Parse(File.ReadAllText(TestPaths.Golden("safetensors/hostile.json"))).RootElement;

    public static TheoryData<string> Files() => [.. Hostile.EnumerateArray().Select(item => item.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Hostile_files_are_refused_and_odd_ones_read(string name)
    {
        JsonElement item = Hostile.EnumerateArray().Single(item => item.GetProperty("file").GetString() == name);
        string path = TestPaths.Golden("safetensors/hostile/" + name);
        string must = item.GetProperty("must").GetString()!;
        using SafetensorsFile expected = SafetensorsFile.Open(TestPaths.Golden("safetensors/hostile/expected.safetensors"));
        if (must == "load")
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(expected.ReadFloats("prompt"), file.ReadFloats(item.GetProperty("key").GetString()!));
            return;
        }

        Exception? error = Record.Exception(() => ReadPrompt(path));
        Assert.True(error is InvalidDataException or ArgumentException || (error is null && must == "either"), $"{must}, but {error}");
        if (error is InvalidDataException)
        {
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c == '\u202e');
        }
    }

    [Theory]
    [InlineData("{\"__metadata__\":", "[", "]", "}")]
    [InlineData("{\"__metadata__\":", "{\"a\":", "}", "}")]
    [InlineData("{\"x\":{\"shape\":", "[", "]", "}}")]
    [InlineData("", "[", "", "")]
    [InlineData("{\"x\":", "[", "", "")]
    public void Nesting_of_any_depth_is_refused_at_once(string before, string open, string close, string after)
    {
        const int Depth = 1_000_000;
        string json = before + Repeat(open, Depth) + "1" + Repeat(close, Depth) + after;
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.FromBytes(WithHeader(json), "deep"));
    }

    [Fact]
    public void Headers_beyond_the_limit_are_refused_by_their_length_alone()
    {
        byte[] start = new byte[1000];
        BinaryPrimitives.WriteUInt64LittleEndian(start, SafetensorsHeader.MaxJsonBytes + 1);
        Assert.Contains("100000001", Assert.Throws<InvalidDataException>(() => SafetensorsFile.FromBytes(start, "long")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.FromBytes(whole.AsMemory(0, length), "cut"));
        }

        using SafetensorsFile file = SafetensorsFile.FromBytes(whole, "whole");
        Assert.Equal(2, file.Tensors.Count);
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.FromBytes((byte[])[.. whole, 0], "longer"));
    }

    [Fact]
    public void Any_changed_byte_is_refused_or_harmless()
    {
        byte[] whole = Sample();
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (int flip in new[] { 1, 0x20, 0x80, 0xff })
            {
                byte[] changed = [.. whole];
                changed[i] ^= (byte)flip;
                Exception? error = Record.Exception(() =>
                {
                    using SafetensorsFile file = SafetensorsFile.FromBytes(changed, "changed");
                    foreach (SafetensorsTensor tensor in file.Tensors.Values)
                    {
                        file.Read(tensor, new byte[tensor.ByteCount]);
                    }
                });
                Assert.True(error is null or InvalidDataException, $"byte {i}: {error}");
            }
        }
    }

    [Fact]
    public void Messages_say_where_and_what()
    {
        byte[] file = WithHeader("{\"a\\u001bb\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}}", 24);
        string message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.FromBytes(file, "model.safetensors")).Message;
        Assert.Equal(
            "model.safetensors: tensor 'a\\u001bb': found 20 bytes, expected 24 for F32 [2 x 3]. " +
            "The file is damaged or no safetensors file; fetch or write it again.",
            message);
    }

    private static void ReadPrompt(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        SafetensorsTensor tensor = file.Find("prompt_embeddings");
        int rows = (int)Math.Min(tensor.Shape[0], int.MaxValue);
        _ = new SoftPrompt(rows, (int)Math.Min(tensor.Shape[1], int.MaxValue), file.ReadFloats(tensor.Name), "b");
    }

    private static byte[] Sample()
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(
            stream,
            [SafetensorsEntry.FromFloats("x", [2, 3], [1, 2, 3, 4, 5, 6]), new("y", SafetensorsType.I8, [3], new byte[3])],
            new Dictionary<string, string> { ["k"] = "v" });
        return stream.ToArray();
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static byte[] WithHeader(string json, int data = 0)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] file = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        return file;
    }
}
