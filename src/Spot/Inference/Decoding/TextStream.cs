using System.Threading.Channels;
using Spot.Tokenization;

namespace Spot.Inference;

/// <summary>Tells a text piece by piece: what cannot change any more by what comes behind it.</summary>
internal sealed class TextStream(T5Tokenizer tokenizer, GenerationOptions options, ChannelWriter<string> pieces)
{
    private int _told;

    /// <summary>Tells what the newest token brings. The end is told by whoever has the whole text.</summary>
    public void Tell(IReadOnlyList<int> ids, bool done)
    {
        if (done)
        {
            return;
        }

        string text = tokenizer.Decode(ids);
        int safe = StopText.Safe(text, options.StopStrings);
        if (safe > _told)
        {
            pieces.TryWrite(text[_told..safe]);
            _told = safe;
        }
    }
}
