namespace Spot.Tokenization;

// What mT5's vocabulary has and T5's has not: a piece for every byte, and the sentinels.
internal sealed partial class VocabularyModelReader
{
    private readonly int[] _byteIds = Absent(256);
    private readonly int[] _sentinelIds = Absent(T5Tokenizer.SentinelCount);
    private bool _byteFallback;

    private void TakeByte(string text, int id)
    {
        Require(_byteFallback, $"piece {id} ('{text}') is of type Byte, but byte_fallback is false");
        int value = Enumerable.Range(0, 256).FirstOrDefault(b => text == T5Tokenizer.BytePiece((byte)b), -1);
        Require(value >= 0, $"piece {id} ('{text}') is of type Byte, expected a name from '<0x00>' to '<0xFF>'");
        _byteIds[value] = id;
    }

    private void TakeSentinel(string text, int id)
    {
        int k = T5Tokenizer.SentinelNamed(text.AsSpan(text[0] == '\u2581' ? 1 : 0));
        Require(k >= 0, $"piece {id} ('{text}') is of type UserDefined, which only sentinels may be: '<extra_id_0>' to '<extra_id_99>'");
        Require(_sentinelIds[k] < 0, $"pieces {_sentinelIds[k]} and {id} are both the sentinel '<extra_id_{k}>'");
        _sentinelIds[k] = id;
    }

    private int[]? Bytes()
    {
        int missing = Array.IndexOf(_byteIds, -1);
        Require(!_byteFallback || missing < 0, $"byte_fallback is true, but there is no piece '{T5Tokenizer.BytePiece((byte)missing)}' of type Byte");
        return _byteFallback ? _byteIds : null;
    }

    private int[]? Sentinels()
    {
        int missing = Array.IndexOf(_sentinelIds, -1);
        bool none = Array.TrueForAll(_sentinelIds, id => id < 0);
        Require(missing < 0 || none, $"of its own sentinels '<extra_id_{missing}>' is missing, expected {T5Tokenizer.SentinelCount} or none");
        return none ? null : _sentinelIds;
    }

    private static int[] Absent(int count)
    {
        int[] ids = new int[count];
        Array.Fill(ids, -1);
        return ids;
    }
}
