using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Spot.Serialization;

/// <summary>Reads safetensors files of any size: only the header is read on opening, tensors on demand.</summary>
/// <remarks>
/// <para>The header is checked strictly: sizes, types and offsets must agree, and every byte of the data must belong to exactly one
/// tensor (<see href="https://github.com/huggingface/safetensors">format</see>). Nothing in a file is ever executed, and no name in
/// it is used as a path.</para>
/// <para>Safe for concurrent reads. Dispose it when no read is running.</para>
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly SafeFileHandle? _handle;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _source;

    private SafetensorsFile(string source, SafeFileHandle? handle, ReadOnlyMemory<byte> bytes, SafetensorsHeader header)
    {
        _source = source;
        _handle = handle;
        _bytes = bytes;
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors by name (ordinal).</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The texts under <c>__metadata__</c> by key; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The header is damaged or contradicts the file.</exception>
    /// <exception cref="IOException">The file cannot be read, for example because there is none.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle handle = FileBytes.Open(path);
        try
        {
            long length = RandomAccess.GetLength(handle);
            Span<byte> start = stackalloc byte[SafetensorsHeader.LengthBytes];
            int read = RandomAccess.Read(handle, start, 0);
            byte[] json = new byte[SafetensorsHeader.ReadJsonLength(start[..read], length, path)];
            FileBytes.Read(handle, json, SafetensorsHeader.LengthBytes, path);
            return new SafetensorsFile(path, handle, default, SafetensorsHeader.Parse(json, length, path));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory.</summary>
    /// <param name="bytes">The whole file; kept, not copied.</param>
    /// <param name="source">What messages call it, for example its path.</param>
    /// <returns>The file.</returns>
    /// <exception cref="InvalidDataException">The header is damaged or contradicts the file.</exception>
    public static SafetensorsFile FromBytes(ReadOnlyMemory<byte> bytes, string source)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int length = SafetensorsHeader.ReadJsonLength(span[..Math.Min(span.Length, SafetensorsHeader.LengthBytes)], span.Length, source);
        SafetensorsHeader header = SafetensorsHeader.Parse(span.Slice(SafetensorsHeader.LengthBytes, length), span.Length, source);
        return new SafetensorsFile(source, null, bytes, header);
    }

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="InvalidDataException">The file has none of this name.</exception>
    public SafetensorsTensor Find(string name) => Tensors.TryGetValue(name, out SafetensorsTensor? tensor)
        ? tensor
        : throw new InvalidDataException(
            $"{_source}: found no tensor {SafetensorsHeader.Quote(name)}, expected one of that name among the {Tensors.Count} tensors " +
            $"({string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal).Take(5).Select(SafetensorsHeader.Quote))}" +
            $"{(Tensors.Count > 5 ? ", …" : "")}). Check that it is the right file.");

    /// <summary>Reads bytes of a tensor, little-endian as they are in the file.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="destination">Filled completely.</param>
    /// <param name="start">The first byte to read, counted from the tensor's first.</param>
    /// <exception cref="ArgumentException">The tensor belongs to another file, or the range goes beyond it.</exception>
    /// <exception cref="InvalidDataException">The file has shrunk since it was opened.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(SafetensorsTensor tensor, Span<byte> destination, long start = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!Tensors.TryGetValue(tensor.Name, out SafetensorsTensor? own) || !ReferenceEquals(own, tensor))
        {
            throw new ArgumentException($"The tensor {SafetensorsHeader.Quote(tensor.Name)} is not one of {_source}.", nameof(tensor));
        }

        if (start < 0 || start > tensor.ByteCount - destination.Length)
        {
            throw new ArgumentException(
                $"{_source}: tensor {SafetensorsHeader.Quote(tensor.Name)} has {tensor.ByteCount} bytes; {destination.Length} from {start} on are not there.",
                nameof(start));
        }

        if (_handle is null)
        {
            _bytes.Span.Slice((int)(tensor.Offset + start), destination.Length).CopyTo(destination);
        }
        else
        {
            FileBytes.Read(_handle, destination, tensor.Offset + start, _source);
        }
    }

    /// <summary>Reads a floating-point tensor as float32: F16 and BF16 widen exactly, F64 rounds to nearest even.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>Its elements, row-major.</returns>
    /// <exception cref="InvalidDataException">There is no such tensor, it holds integers, or it has more elements than an array.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public float[] ReadFloats(string name)
    {
        SafetensorsTensor tensor = Find(name);
        if (tensor.DType is not (SafetensorsType.F64 or SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16)
            || tensor.ElementCount > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{_source}: tensor {SafetensorsHeader.Quote(name)}: found {tensor.ElementCount} elements of {SafetensorsTypes.Name(tensor.DType)}, " +
                $"expected at most {Array.MaxLength} of F64, F32, F16 or BF16. Check that it is the right tensor.");
        }

        float[] values = new float[tensor.ElementCount];
        int size = SafetensorsTypes.Size(tensor.DType);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, tensor.ByteCount));
        try
        {
            for (int done = 0; done < values.Length;)
            {
                int count = Math.Min(ChunkBytes / size, values.Length - done);
                Span<byte> chunk = buffer.AsSpan(0, count * size);
                Read(tensor, chunk, (long)done * size);
                SafetensorsFloats.Convert(chunk, tensor.DType, values.AsSpan(done, count));
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle?.Dispose();
}
