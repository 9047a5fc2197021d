namespace Spot.Serialization;

/// <summary>Fills a destination with bytes of a tensor, row-major and little-endian, from a first one on.</summary>
internal delegate void TensorBytes(Span<byte> destination, long start);
