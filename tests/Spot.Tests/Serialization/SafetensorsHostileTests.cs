using System.Buffers.Binary;
using System.Text;
using Spot.Serialization;

namespace Spot.Tests.Serialization;

public class SafetensorsHostileTests
{
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
