using System.Text.Json.Nodes;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>Writes the content of a SentencePiece model as Hugging Face tokenizers would.</summary>
public static class TokenizerJson
{
    /// <summary>The forms in which such files are found.</summary>
    public enum Style
    {
        /// <summary>What converters write today: the sentinels are pieces, and runs of spaces are replaced.</summary>
        Converted,

        /// <summary>What the first converters wrote: no model type, sentinels behind the pieces, and text is split at white space.</summary>
        Split,

        /// <summary>What is trained without SentencePiece: NMT's rules and NFKC in place of the character map.</summary>
        Unicode,
    }

    public static byte[] Of(byte[] model, Style style) => System.Text.Encoding.UTF8.GetBytes(Tree(model, style).ToJsonString());

    internal static JsonObject Tree(byte[] model, Style style)
    {
        List<(string Text, float Score, PieceKind Kind)> pieces = [];
        (long end, bool bytes, byte[] map) = (2, false, []);
        ProtoReader reader = new(model, "test");
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: pieces.Add(Piece(reader.ReadBytes())); break;
                case 2: ReadTrainer(reader.ReadBytes(), ref end, ref bytes); break;
                case 3: ReadMap(reader.ReadBytes(), ref map); break;
                default: reader.Skip(); break;
            }
        }

        int own = pieces.Count;
        if (!pieces.Exists(piece => piece.Kind == PieceKind.UserDefined))
        {
            pieces.AddRange(Enumerable.Range(0, 100).Select(i => ($"<extra_id_{99 - i}>", 0f, PieceKind.UserDefined)));
        }

        JsonArray added = [.. pieces.Index().Where(piece => piece.Item.Kind is PieceKind.Control or PieceKind.Unknown or PieceKind.UserDefined).Select(piece => new JsonObject
        {
            ["id"] = piece.Index, ["content"] = piece.Item.Text, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
        })];
        JsonObject vocabulary = new()
        {
            ["unk_id"] = pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown),
            ["vocab"] = new JsonArray([.. pieces.Take(style == Style.Split ? own : pieces.Count).Select(piece => new JsonArray(piece.Text, (double)piece.Score))]),
        };
        if (style != Style.Split)
        {
            vocabulary["type"] = "Unigram";
            vocabulary["byte_fallback"] = bytes;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = Normalizer(style, map),
            ["pre_tokenizer"] = PreTokenizer(style),
            ["post_processor"] = JsonNode.Parse("""{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "END", "type_id": 0}}]}"""
                .Replace("END", pieces[(int)end].Text, StringComparison.Ordinal)),
            ["model"] = vocabulary,
        };
    }

    private static JsonNode Normalizer(Style style, byte[] map)
    {
        JsonNode precompiled = new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(map) };
        return style switch
        {
            Style.Split => precompiled,
            Style.Converted => Sequence("normalizers", precompiled, Parse("""{"type": "Strip", "strip_left": false, "strip_right": true}"""), Replace("▁")),
            _ => Sequence("normalizers", Parse("""{"type": "Nmt"}"""), Parse("""{"type": "NFKC"}"""), Replace(" ")),
        };
    }

    private static JsonNode PreTokenizer(Style style) => style == Style.Split
        ? Sequence("pretokenizers", Parse("""{"type": "WhitespaceSplit"}"""), Parse("""{"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}"""))
        : Parse("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""");

    private static JsonObject Sequence(string field, params JsonNode[] steps) => new() { ["type"] = "Sequence", [field] = new JsonArray(steps) };

    private static JsonNode Replace(string content) => Parse("""{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "BY"}""".Replace("BY", content, StringComparison.Ordinal));

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;

    private static (string Text, float Score, PieceKind Kind) Piece(ReadOnlySpan<byte> bytes)
    {
        (string text, float score, PieceKind kind) = ("", 0, PieceKind.Normal);
        ProtoReader piece = new(bytes, "test");
        while (piece.Next())
        {
            switch (piece.Field)
            {
                case 1: text = System.Text.Encoding.UTF8.GetString(piece.ReadBytes()); break;
                case 2: score = piece.ReadSingle(); break;
                case 3: kind = (PieceKind)piece.ReadInteger(); break;
                default: piece.Skip(); break;
            }
        }

        return kind == PieceKind.Unused ? throw new NotSupportedException("tokenizer.json has no unused pieces.") : (text, score, kind);
    }

    private static void ReadTrainer(ReadOnlySpan<byte> bytes, ref long end, ref bool byteFallback)
    {
        ProtoReader trainer = new(bytes, "test");
        while (trainer.Next())
        {
            switch (trainer.Field)
            {
                case 35: byteFallback = trainer.ReadInteger() != 0; break;
                case 42: end = trainer.ReadInteger(); break;
                default: trainer.Skip(); break;
            }
        }
    }

    private static void ReadMap(ReadOnlySpan<byte> bytes, ref byte[] map)
    {
        ProtoReader normalizer = new(bytes, "test");
        while (normalizer.Next())
        {
            if (normalizer.Field == 2)
            {
                map = normalizer.ReadBytes().ToArray();
            }
            else
            {
                normalizer.Skip();
            }
        }
    }
}
