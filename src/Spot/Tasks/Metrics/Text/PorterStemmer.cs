namespace Spot.Tasks;

/// <summary>The stems of English words: Porter's algorithm (1980) with the extensions of NLTK, which ROUGE uses.</summary>
/// <remarks>
/// Each step looks at one group of endings and changes the word at most once; "measure" is Porter's m, how many times a vowel is followed by a
/// consonant. The extensions: a table of irregular words, gentler treatment of ies, ied and y, and some endings more in the second step.
/// </remarks>
internal static class PorterStemmer
{
    private static readonly Dictionary<string, string> Irregular = new()
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    // Of several endings that fit, the first counts.
    private static readonly (string Ending, string Replacement)[] DoubleSuffixes =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("entli", "ent"), ("eli", "e"),
        ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
        ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ];

    private static readonly (string Ending, string Replacement)[] Adjectives =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] SingleSuffixes =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    /// <summary>The stem of a word.</summary>
    /// <param name="word">The word, in a … z and 0 … 9; digits count as consonants. One of one or two letters is its own stem.</param>
    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out string? stem))
        {
            return stem;
        }

        return word.Length <= 2 ? word : DropFinalE(DropSingleSuffix(Replace(ReplaceDoubleSuffix(ReplaceY(DropPastAndGerund(DropPlural(word)))), Adjectives)));
    }

    /// <summary>Step 1a.</summary>
    private static string DropPlural(string word) =>
        Ends(word, "ies") ? word[..^(word.Length == 4 ? 1 : 2)]
        : Ends(word, "sses") ? word[..^2]
        : Ends(word, "s") && !Ends(word, "ss") ? word[..^1]
        : word;

    /// <summary>Step 1b: ied, eed, ed, ing.</summary>
    private static string DropPastAndGerund(string word)
    {
        if (Ends(word, "ied"))
        {
            return word[..^(word.Length == 4 ? 1 : 2)];
        }

        if (Ends(word, "eed"))
        {
            return Measure(word.AsSpan(..^3)) > 0 ? word[..^1] : word;
        }

        int ending = Ends(word, "ed") ? 2 : Ends(word, "ing") ? 3 : 0;
        return ending > 0 && HasVowel(word.AsSpan(..^ending)) ? Repair(word[..^ending]) : word;
    }

    /// <summary>Gives a stem back the e it lost with ed or ing, or takes the consonant that was doubled before it.</summary>
    private static string Repair(string stem)
    {
        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz"))
        {
            return stem + "e";
        }

        if (stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1))
        {
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        }

        return Measure(stem) == 1 && IsShortSyllable(stem) ? stem + "e" : stem;
    }

    /// <summary>Step 1c: a final y after a consonant.</summary>
    private static string ReplaceY(string word) => word.Length > 2 && word[^1] == 'y' && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    /// <summary>Step 2.</summary>
    private static string ReplaceDoubleSuffix(string word)
    {
        // Whatever ally leaves may have a double suffix itself: nationally, national.
        if (Ends(word, "alli"))
        {
            return Measure(word.AsSpan(..^4)) > 0 ? ReplaceDoubleSuffix(word[..^2]) : word;
        }

        // The l of logi counts to the stem that is measured.
        if (Ends(word, "logi"))
        {
            return Measure(word.AsSpan(..^3)) > 0 ? word[..^1] : word;
        }

        return Replace(word, DoubleSuffixes);
    }

    /// <summary>Replaces the first ending that fits if what is before it has a measure above 0 (steps 2 and 3).</summary>
    private static string Replace(string word, (string Ending, string Replacement)[] rules)
    {
        foreach ((string ending, string replacement) in rules)
        {
            if (Ends(word, ending))
            {
                string stem = word[..^ending.Length];
                return Measure(stem) > 0 ? stem + replacement : word;
            }
        }

        return word;
    }

    /// <summary>Step 4: drops a suffix if what is before it has a measure above 1, ion only after s or t.</summary>
    private static string DropSingleSuffix(string word)
    {
        foreach (string suffix in SingleSuffixes)
        {
            if (Ends(word, suffix))
            {
                string stem = word[..^suffix.Length];
                return Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't') ? stem : word;
            }
        }

        return word;
    }

    /// <summary>Step 5: a final e, and one l of two.</summary>
    private static string DropFinalE(string word)
    {
        if (Ends(word, "e"))
        {
            string stem = word[..^1];
            int measure = Measure(stem);
            word = measure > 1 || (measure == 1 && !IsShortSyllable(stem)) ? stem : word;
        }

        return Ends(word, "ll") && Measure(word.AsSpan(..^1)) > 1 ? word[..^1] : word;
    }

    private static bool Ends(string word, string ending) => word.EndsWith(ending, StringComparison.Ordinal);

    /// <summary>Porter's *o: ends in consonant, vowel and a consonant other than w, x, y, or is vowel and consonant (an extension).</summary>
    private static bool IsShortSyllable(string word) => word.Length == 2
        ? !IsConsonant(word, 0) && IsConsonant(word, 1)
        : word.Length > 2 && IsConsonant(word, word.Length - 3) && !IsConsonant(word, word.Length - 2) && IsConsonant(word, word.Length - 1) &&
          word[^1] is not ('w' or 'x' or 'y');

    private static bool HasVowel(ReadOnlySpan<char> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (!IsConsonant(word, i))
            {
                return true;
            }
        }

        return false;
    }

    private static int Measure(ReadOnlySpan<char> word)
    {
        int measure = 0;
        bool afterVowel = false;
        for (int i = 0; i < word.Length; i++)
        {
            bool consonant = IsConsonant(word, i);
            measure += afterVowel && consonant ? 1 : 0;
            afterVowel = !consonant;
        }

        return measure;
    }

    /// <summary>A y is a consonant at the start and after a vowel; in a run of y they alternate.</summary>
    private static bool IsConsonant(ReadOnlySpan<char> word, int index)
    {
        int first = index;
        while (first > 0 && word[first] == 'y')
        {
            first--;
        }

        bool consonant = word[first] is not ('a' or 'e' or 'i' or 'o' or 'u');
        return consonant == ((index - first) % 2 == 0);
    }
}
