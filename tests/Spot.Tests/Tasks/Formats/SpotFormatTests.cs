using System.Text.Json.Nodes;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Formats;

/// <summary>The forms of the SPoT authors' own code, by the rules of its preprocessors; the rows are made up.</summary>
public class SpotFormatTests
{
    /// <summary>Format, row, input, target; a null target says that the row is an error, and the input what the error names.</summary>
    public static TheoryData<string, string, string, string?> Cases() => new()
    {
        // Classification: "task key: text", runs of white space collapse, −1 is <unk>.
        { "cr_spot", """{"text": "the  zoom is\tgreat ", "label": 1}""", "cr text: the zoom is great ", "positive" },
        { "cr_spot", """{"index": "7", "text": "poor", "label": "0"}""", "cr text: poor", "negative" },
        { "cr_spot", """{"text": "poor", "label": -1}""", "cr text: poor", "<unk>" },
        { "cr_spot", """{"text": "poor", "label": 2}""", "'label' is 2", null },
        { "imdb_spot", """{"text": "a film", "label": 0}""", "imdb_reviews text: a film", "negative" },
        { "imdb_spot", """{"text": "a film", "label": -1}""", "imdb_reviews text: a film", "<unk>" },
        { "yelp_2", """{"text": "nice\\nplace", "label": 1}""", "yelp_polarity_reviews text: nice\\nplace", "positive" },
        { "yelp_2", """{"text": "nice\nplace", "label": 0}""", "yelp_polarity_reviews text: nice place", "negative" },
        { "yelp_2", """{"text": "nice", "label": "-1"}""", "yelp_polarity_reviews text: nice", "<unk>" },
        { "sentiment140", """{"text": "so so", "polarity": 2}""", "sentiment140 text: so so", "neutral" },
        { "sentiment140", """{"text": "so good", "sentiment": 4}""", "sentiment140 text: so good", "positive" },
        { "sentiment140", """{"text": "so bad", "sentiment": 0}""", "sentiment140 text: so bad", "negative" },
        { "sentiment140", """{"text": "so", "polarity": -1}""", "sentiment140 text: so", "<unk>" },
        { "sentiment140", """{"text": "so", "polarity": 1}""", "expected one of 0, 2, 4", null },

        // Emotions: all names that are set, in the order of the fields, which is the alphabet's; a backslash and an n between them.
        { "go_emotions_spot", """{"comment_text": "oh  well", "admiration": false, "sadness": true, "confusion": true}""", "goemotions comment: oh well", @"confusion \n sadness" },
        { "go_emotions_spot", """{"text": "oh", "labels": [27, 20, 0]}""", "goemotions comment: oh", @"admiration \n neutral \n optimism" },
        { "go_emotions_spot", """{"text": "oh", "labels": "27"}""", "goemotions comment: oh", "neutral" },
        { "go_emotions_spot", """{"comment_text": "oh", "anger": 0, "joy": 1}""", "goemotions comment: oh", "joy" },
        { "go_emotions_spot", """{"comment_text": "oh", "anger": "True", "joy": "False"}""", "goemotions comment: oh", "anger" },
        { "go_emotions_spot", """{"comment_text": "oh"}""", "'labels'", null },

        // Similarity: rounded to fifths, half to even, one decimal.
        { "cxc", """{"sentence1": "A dog.", "sentence2": "A  cat.", "label": "3.3"}""", "cxc sentence1: A dog. sentence2: A cat.", "3.2" },
        { "cxc", """{"sentence1": "a", "sentence2": "b", "label": 5}""", "cxc sentence1: a sentence2: b", "5.0" },
        { "cxc", """{"sentence1": "a", "sentence2": "b", "label": 2.5}""", "cxc sentence1: a sentence2: b", "2.4" },
        { "cxc", """{"sentence1": "a", "sentence2": "b", "label": "high"}""", "expected a number", null },

        // Multiple choice: the answer is the right choice's text, as it stands.
        { "cosmos_qa_spot", """{"question": "Why?", "answer0": "a", "answer1": "b", "answer2": "c", "answer3": "d  d", "context": "It  rained.", "label": 3}""", "cosmo_qa question: Why? answer0: a answer1: b answer2: c answer3: d d context: It rained.", "d  d" },
        { "cosmos_qa_spot", """{"question": "Why?", "answer0": "a", "answer1": "b", "answer2": "c", "answer3": "d", "context": "It rained.", "label": -1}""", "cosmo_qa question: Why? answer0: a answer1: b answer2: c answer3: d context: It rained.", "<unk>" },
        { "cosmos_qa_spot", """{"question": "Why?", "answer0": "a", "answer1": "b", "answer2": "c", "answer3": "d", "label": 0}""", "found no field 'context'", null },
        { "cosmos_qa_spot", """{"question": "Why?", "answer0": "a", "answer1": "b", "answer2": "c", "answer3": "d", "context": "x", "label": 4}""", "'label' is 4", null },
        { "hellaswag_spot", """{"ctx": "He runs and", "endings": ["falls.", "wins.", "sits.", "sings."], "label": "1"}""", "hellaswag context: He runs and endings 0: falls. endings 1: wins. endings 2: sits. endings 3: sings.", "wins." },
        { "hellaswag_spot", """{"context": "He", "endings": ["a", "b", "c", "d"], "label": ""}""", "hellaswag context: He endings 0: a endings 1: b endings 2: c endings 3: d", "<unk>" },
        { "hellaswag_spot", """{"endings": ["a", "b", "c", "d"], "label": 0}""", "found no field 'context'", null },
        { "hellaswag_spot", """{"ctx": "He", "endings": ["a", "b"], "label": 0}""", "endings.2", null },
        { "piqa_spot", """{"goal": "Open it.", "sol1": "Pull.", "sol2": "Push.", "label": 0}""", "piqa goal: Open it. sol1: Pull. sol2: Push.", "Pull." },
        { "winogrande_spot", """{"sentence": "Ann met Eve, since _ called.", "option1": "Ann", "option2": "Eve", "answer": "2"}""", "winogrande sentence: Ann met Eve, since _ called. option1: Ann option2: Eve", "Eve" },
        { "winogrande_spot", """{"sentence": "s _", "option1": "Ann", "option2": "Eve", "answer": ""}""", "winogrande sentence: s _ option1: Ann option2: Eve", "<unk>" },
        { "social_i_qa_spot", """{"context": "Kim left.", "question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c", "label": "3"}""", "socialiqa question: Why? answerA: a answerB: b answerC: c context: Kim left.", "c" },
        { "social_i_qa_spot", """{"question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c", "label": "3"}""", "found no field 'context'", null },
        { "abductive_nli", """{"index": 1, "obs1": "It was dark.", "obs2": "He fell.", "hyp1": "He slept.", "hyp2": "He tripped.", "label": 2}""", "abductive_nli obs1: It was dark. obs2: He fell. hyp1: He slept. hyp2: He tripped.", "He tripped." },
        { "abductive_nli", """{"observation_1": "o", "observation_2": "p", "hypothesis_1": "h", "hypothesis_2": "i", "label": "1"}""", "abductive_nli obs1: o obs2: p hyp1: h hyp2: i", "h" },
        { "abductive_nli", """{"obs1": "o", "obs2": "p", "hyp1": "h", "hyp2": "i", "label": 0}""", "expected one of 1, 2", null },

        // Generation: sources of one example are joined with a backslash and an n; their own white space stays.
        { "common_gen", """{"concepts": ["dog", "run  off", "sea"], "target": "A dog ran."}""", @"common_gen dog \n run  off \n sea", "A dog ran." },
        { "dart", """{"tripleset": [["Ann", "BORN", "1990"], ["Ann", "JOB", "pilot"]], "target": "Ann flies."}""", @"dart Ann | BORN | 1990 \n Ann | JOB | pilot", "Ann flies." },
        { "dart", """{"tripleset": ["Ann JOB pilot"], "target": "Ann flies."}""", "dart Ann JOB pilot", "Ann flies." },
        { "dart", """{"tripleset": [["Ann", null]], "target": "x"}""", "'tripleset'", null },
        { "e2e_nlg", """{"meaning_representation": "name[Inn],  food[Thai]", "target": "The Inn is Thai."}""", "e2e_nlg name[Inn], food[Thai]", "The Inn is Thai." },
        { "web_nlg_en", """{"input": ["A | b | C", "D | e | F"], "target": "t"}""", @"web_nlg_en A | b | C \n D | e | F", "t" },
        { "wiki_auto_asset_turk", """{"source": "A hard one.", "target": "Easy."}""", "wiki_auto_asset_turk simplify: A hard one.", "Easy." },
        { "xsum", """{"document": "Long\ntext.", "summary": "Short."}""", "xsum summarize: Long text.", "Short." },
        { "wiki_lingua_english_en", """{"source_aligned": {"en": "Long.", "de": "Lang."}, "target_aligned": {"en": "Short.", "de": "Kurz."}}""", "wiki_lingua_english_en summarize: Long.", "Short." },
        { "schema_guided_dialog", """{"prompt": "say  it", "context": ["Hi.", "A  table?"], "target": "For two?"}""", @"schema_guided_dialog prompt: say it context: Hi. \n A  table?", "For two?" },
        { "schema_guided_dialog", """{"prompt": "say it", "target": "For two?"}""", "found no field 'context'", null },

        // Rows of the hub, nested, and flat ones.
        { "wmt_en_de", """{"translation": {"de": "Ja.", "en": "Yes."}}""", "translate English to German: Yes.", "Ja." },
        { "wmt_en_de", """{"de": "Ja.", "en": "Yes."}""", "translate English to German: Yes.", "Ja." },
        { "wmt_en_fr", """{"translation": {"fr": "Oui.", "en": "Yes."}}""", "translate English to French: Yes.", "Oui." },
        { "wmt_en_ro", """{"translation": {"ro": "Da.", "en": "Yes."}}""", "translate English to Romanian: Yes.", "Da." },
        { "wmt_de_en", """{"translation": {"de": "Ja.", "en": "Yes."}}""", "translate German to English: Ja.", "Yes." },
        { "wmt_en_de", """{"translation": {"fr": "Oui.", "en": "Yes."}}""", "found no field 'de'", null },

        { "race", """{"article": "It rained.", "question": "What fell?", "options": ["rain", "snow", "hail", "leaves"], "answer": "A"}""", "race question: What fell? choice1: rain choice2: snow choice3: hail choice4: leaves article: It rained.", "choice1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_are_written_as_the_authors_do(string format, string row, string input, string? target)
    {
        TextFormat named = TextFormat.Named(format);
        DataRow data = new((JsonObject)JsonNode.Parse(row)!, "'f', line 3");
        if (target is null)
        {
            Assert.Contains(input, Assert.Throws<InvalidDataException>(() => named.Apply(data)).Message, StringComparison.Ordinal);
            return;
        }

        TextExample example = Assert.Single(named.Apply(data));
        Assert.Equal((input, target), (example.Input, example.Target));
        if (named.HasPrefix)
        {
            Assert.Equal(input[(input.IndexOf(' ', StringComparison.Ordinal) + 1)..], Assert.Single(named.Apply(data, prefix: false)).Input);
        }
    }

    [Theory]
    [InlineData("common_gen", """{"concepts": ["dog"], "target": "A dog ran over there.", "references": ["A dog ran over there.", "Dogs ran over here ."]}""", new[] { "A dog ran over there.", "Dogs ran over here ." })]
    [InlineData("common_gen", """{"concepts": ["dog"], "target": "A dog.", "references": []}""", null)]
    [InlineData("common_gen", """{"concepts": ["dog"], "target": "A dog."}""", null)]
    [InlineData("xsum", """{"document": "d", "target": "s", "references": ["s"]}""", new[] { "s" })]
    public void Several_references_are_all_right(string format, string row, string[]? answers)
    {
        TextExample example = Assert.Single(TextFormat.Named(format).Apply(new DataRow((JsonObject)JsonNode.Parse(row)!, "row")));
        Assert.Equal(answers, example.Answers);
        const string second = "Dogs ran over here .";
        double bleu = TextFormat.Named(format).Metrics.Single(metric => metric.Name == "bleu").Score([new(example, second, -1)], []);
        Assert.Equal(answers?.Contains(second) == true, bleu > 99.9);
    }

    [Fact]
    public void Answers_that_are_texts_of_the_row_are_no_labels()
    {
        foreach (string name in TextFormat.Names.Where(name => name.EndsWith("_qa_spot", StringComparison.Ordinal) || name is "abductive_nli" or "hellaswag_spot" or "piqa_spot" or "winogrande_spot"))
        {
            Assert.Empty(TextFormat.Named(name).Labels);
        }

        Assert.Equal(["negative", "positive"], TextFormat.Named("cr_spot").Labels);
        Assert.Equal(TextFormat.Named("go_emotions").Labels, TextFormat.Named("go_emotions_spot").Labels);
        Assert.True(TextFormat.Named("go_emotions_spot").SeveralLabels);
    }
}
