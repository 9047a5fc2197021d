namespace Spot.Tasks;

/// <summary>The families of the study, and the kinds of tasks outside of them.</summary>
internal static class PaperFamilies
{
    /// <summary>One for each kind of task.</summary>
    public static readonly TaskFamily[] Kinds =
    [
        new("nli", ["anli", "cb", "doc_nli", "mnli", "qnli", "rte", "snli"], ["scitail", "fever_nli", "sick_e"]),
        new("paraphrase", ["mrpc", "qqp", "stsb", "cxc"], ["paws", "sick_r"]),
        new("sentiment", ["cr", "go_emotions", "imdb", "sentiment140", "yelp_2"], ["sst2", "rotten_tomatoes", "movie_reviews", "sst5", "pros_cons", "tweet_eval_emotion"]),
        new("mrqa", ["mrqa_squad", "mrqa_news_qa", "mrqa_trivia_qa", "mrqa_search_qa", "mrqa_hotpot_qa", "mrqa_natural_questions"], ["squad", "squad_v2", "quoref", "drop"]),
        new("rainbow", ["abductive_nli", "cosmos_qa", "hellaswag", "piqa", "social_i_qa", "winogrande"], ["commonsense_qa", "csqa2", "copa", "dream", "race", "arc_easy", "arc_challenge", "openbookqa"]),
        new("translation", ["wmt_en_de", "wmt_en_fr", "wmt_en_ro"], ["wmt_de_en"]),
        new("summarisation", ["aeslc", "billsum", "cnn_dailymail", "gigaword", "multi_news", "newsroom", "samsum", "wiki_lingua_english_en", "xsum"], []),
        new("gem", ["common_gen", "dart", "e2e_nlg", "schema_guided_dialog", "web_nlg_en", "wiki_auto_asset_turk", "wiki_lingua_english_en", "xsum"], []),
    ];

    /// <summary>The benchmarks that are mixtures of their own.</summary>
    public static readonly TaskFamily[] Benchmarks =
    [
        new("glue", ["cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte"], []),
        new("superglue", ["boolq", "cb", "copa", "multirc", "record", "rte_superglue", "wic", "wsc"], []),
    ];

    /// <summary>For tasks outside the mixtures, or in them under another name of the same rows.</summary>
    public static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["c4"] = "language modelling",
        ["cola"] = "acceptability",
        ["anli_r1"] = "nli",
        ["anli_r2"] = "nli",
        ["anli_r3"] = "nli",
        ["wnli"] = "nli",
        ["boolq"] = "mrqa",
        ["multirc"] = "mrqa",
        ["record"] = "mrqa",
        ["rte_superglue"] = "nli",
        ["squad_t5"] = "mrqa",
        ["t5_cnn_dailymail"] = "summarisation",
        ["t5_xsum"] = "summarisation",
        ["wic"] = "word sense",
        ["wsc"] = "coreference",
        ["ag_news"] = "topic",
        ["trec"] = "topic",
        ["banking77"] = "intent",
        ["clinc150"] = "intent",
        ["subj"] = "subjectivity",
        ["tweet_eval_hate"] = "abuse",
        ["tweet_eval_offensive"] = "abuse",
    };
}
