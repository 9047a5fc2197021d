using Spot.Serialization;

namespace Spot.Tokenization;

/// <summary>
/// What a <c>tokenizer.json</c> does to text before its model sees it. All that is known here comes to SentencePiece's treatment, which
/// <see cref="TextNormalizer"/> gives: rules over characters, runs of spaces as one, none at the ends, a word mark in front. Whatever would come to
/// something else is refused by name.
/// </summary>
internal sealed class TokenizerJsonText
{
    private const string Mark = "\u2581";

    private readonly ConfigReader _root;
    private byte[]? _map;
    private bool _nmt, _compatibility, _collapses, _splits, _marks;

    private TokenizerJsonText(ConfigReader root) => _root = root;

    /// <summary>Reads normaliser and pre-tokenizer.</summary>
    /// <returns>The character map, empty if there is none; and the rules that stand in its place.</returns>
    public static (byte[] Map, UnicodeRules? Rules) Read(ConfigReader root)
    {
        TokenizerJsonText text = new(root);
        text.ReadNormalizer(root.Section("normalizer"), "normalizer");
        text.ReadPreTokenizer(root.Section("pre_tokenizer"), "pre_tokenizer");
        if (!text._marks)
        {
            throw root.Error("'pre_tokenizer' has no Metaspace, expected T5's, which begins every word with '\u2581'.");
        }

        if (!text._collapses && !text._splits)
        {
            throw root.Error("'normalizer' leaves runs of spaces as they are, expected T5's, which makes one of them (Replace ' {2,}'), or a pre_tokenizer WhitespaceSplit.");
        }

        bool rules = text._map is null && (text._nmt || text._compatibility || text._splits);
        return (text._map ?? [], rules ? new UnicodeRules(text._nmt, text._compatibility, text._splits) : null);
    }

    private void ReadNormalizer(ConfigReader? step, string place)
    {
        switch (step?.Text("type"))
        {
            case null when step is null:
            case "Strip": // the ends are stripped anyway
                break;
            case "Sequence":
                int number = 0;
                foreach (ConfigReader inner in step.Sections("normalizers"))
                {
                    ReadNormalizer(inner, $"{place}.normalizers[{number++}]");
                }

                break;
            case "Precompiled" when _map is null && !_nmt && !_compatibility:
                _map = Map(step, place);
                break;
            case "Nmt" when _map is null && !_compatibility:
                _nmt = true;
                break;
            case "NFKC" when _map is null:
                _compatibility = true;
                break;
            case "Replace":
                ReadReplace(step, place);
                break;
            case var type:
                throw _root.Error(
                    $"'{place}.type' is {SafetensorsHeader.Quote(type ?? "")}, expected one of T5's steps in their order: Precompiled, or Nmt and NFKC, and then Strip and Replace.");
        }
    }

    private void ReadReplace(ConfigReader step, string place)
    {
        ConfigReader? pattern = step.Section("pattern");
        string? content = step.Text("content"), expression = pattern?.Text("Regex"), text = pattern?.Text("String");
        _collapses = true;
        if (expression != " {2,}" || content is not (" " or Mark))
        {
            throw _root.Error(
                $"'{place}' replaces {SafetensorsHeader.Quote(expression ?? text ?? "")} by {SafetensorsHeader.Quote(content ?? "")}, expected runs of spaces (' {{2,}}') by one space or '\u2581', as T5 does.");
        }
    }

    private void ReadPreTokenizer(ConfigReader? step, string place)
    {
        switch (step?.Text("type"))
        {
            case null when step is null:
                break;
            case "Sequence":
                int number = 0;
                foreach (ConfigReader inner in step.Sections("pretokenizers"))
                {
                    ReadPreTokenizer(inner, $"{place}.pretokenizers[{number++}]");
                }

                break;
            case "WhitespaceSplit":
                _splits = true;
                break;
            case "Metaspace":
                ReadMetaspace(step, place);
                break;
            case var type:
                throw _root.Error($"'{place}.type' is {SafetensorsHeader.Quote(type ?? "")}, expected T5's: Metaspace, or WhitespaceSplit and Metaspace.");
        }
    }

    private void ReadMetaspace(ConfigReader step, string place)
    {
        if (step.Text("replacement") is var replacement && replacement != Mark)
        {
            throw _root.Error($"'{place}.replacement' is {SafetensorsHeader.Quote(replacement ?? "")}, expected '{Mark}' (U+2581).");
        }

        string scheme = step.Text("prepend_scheme") ?? (step.Flag("add_prefix_space") == false ? "never" : "always");
        if (scheme is not ("always" or "first"))
        {
            throw _root.Error($"'{place}' puts no '{Mark}' in front of the text (prepend_scheme {SafetensorsHeader.Quote(scheme)}), expected 'always' or 'first', as T5 has it.");
        }

        _marks = true;
    }

    private byte[] Map(ConfigReader step, string place)
    {
        const string field = "precompiled_charsmap";
        try
        {
            return Convert.FromBase64String(step.Text(field) ?? "");
        }
        catch (FormatException e)
        {
            throw new InvalidDataException(_root.Error($"'{place}.{field}' is not Base64. Fetch the file again.").Message, e);
        }
    }
}
