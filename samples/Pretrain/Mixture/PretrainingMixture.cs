namespace Spot.Samples.Pretrain.Mixture;

/// <summary>What the bundled model is trained on: families of supervised tasks, most behind a prompt of their own, and raw text.</summary>
internal static class PretrainingMixture
{
    /// <summary>Builds it from what a folder holds; families whose data are not there are left out.</summary>
    /// <param name="folder">The folder of data sets, and of <c>corpus</c>.</param>
    /// <param name="used">The names of the folders that were read.</param>
    public static TaskMixture Create(string folder, out IReadOnlyCollection<string> used)
    {
        DataSets data = new(folder);
        Corpus corpus = Corpus.Read(Path.Combine(folder, "corpus"));
        IntentSet[] intents = Intents.Read(data);
        SplitRows emotions = Sentiment.EmotionRows(data), questions = Questions.KindRows(data, QuestionForms.Rows(corpus)), subjects = Topics.SubjectRows(corpus);
        SplitRows stances = Stance.Rows(data, corpus), general = GeneralTopics.Rows(data, corpus), inference = Matching.InferenceRows(data), overlap = Overlap.Rows(corpus);
        SplitRows[] same = [.. Matching.SameRows(data, corpus, intents), Overlap.Bounded(overlap, 2), Overlap.Bounded(overlap, 3)];
        SplitRows[] opinions = [.. Sentiment.Sources(data, emotions)];
        List<MixtureTask> parts =
        [
            .. Choices.Create(corpus, 100_000, 95, 0.1),
            .. intents.SelectMany((set, i) => Definitions.Of($"defined {set.Name}", set.Rows, key => [Words.Plain(key)], Intents.Fields, 30_000, 81 + i, 0.025)),
            .. opinions.SelectMany((rows, i) => Definitions.Of($"defined opinion {i}", rows, Sentiment.NamesOf, Sentiment.Fields, 30_000, 85 + i, 0.035)),
            .. Definitions.Of("defined emotion", emotions, key => [key], Sentiment.Fields, 30_000, 91, 0.02),
            .. Definitions.Of("defined question", questions, Questions.NamesOf, Questions.Fields, 30_000, 92, 0.05),
            .. Definitions.Of("defined question group", Questions.GroupRows(questions), Questions.NamesOfGroup, Questions.Fields, 30_000, 97, 0.05),
            .. Definitions.Of("defined subject", subjects, Topics.NamesOf, Topics.Fields, 30_000, 93, 0.02),
            .. Definitions.Of("defined general topic", general, GeneralTopics.NamesOf, Topics.Fields, 30_000, 98, 0.08),
            .. Definitions.Of("defined document", Topics.DocumentRows(corpus), null, Topics.Fields, 60_000, 94, 0.04),
            .. Definitions.Of("defined stance", stances, Stance.NamesOf, Stance.Fields, 30_000, 96, 0.04),
            .. Definitions.Of("defined inference", inference, Matching.NamesOf, Matching.Fields, 30_000, 151, 0.03, Matching.TypicalOf),
            .. same.SelectMany((rows, i) => Definitions.Of($"defined match {i}", rows, Matching.NamesOf, Matching.Fields, 20_000, 152 + i, 0.012, Matching.TypicalOf)),
            .. Stance.ByName(stances).Parts(0.02, 0.01),
            .. Sentiment.Opinions(opinions).Parts(0.05, 0.02),
            .. Sentiment.Emotions(emotions).Parts(0.01, 0.01),
            .. Intents.Subsets(intents).Parts(0.02, 0.01),
            .. Topics.BySubject(subjects).Parts(0.015, 0.01),
            .. GeneralTopics.ByName(general).Parts(0.015, 0.01),
            .. Topics.ByDocument(corpus).Parts(0.005, 0),
            .. Questions.ByKind(questions).Parts(0.02, 0.01),
            .. Questions.ByWord(data).Parts(0.005, 0.005),
            .. Matching.Inference(data, inference).Parts(0.04, 0.03),
            .. Matching.Same(same).Parts(0.04, 0.04),
            .. Overlap.ByBound(overlap).Parts(0.02, 0),
            .. WordTasks.Create(corpus).Parts(0.005, 0),
            .. RawText(corpus),
        ];
        used = corpus.Files.Count > 0 ? [.. data.Used, "corpus"] : data.Used;
        return parts.Count > 0 ? new TaskMixture("pretraining", parts) : throw new ArgumentException(
            $"'{Path.GetFullPath(folder)}' holds nothing to train on. Expected folders of data sets, and 'corpus' with .txt or .txt.gz files.");
    }

    private static IEnumerable<MixtureTask> RawText(Corpus corpus)
    {
        string[] all = [.. corpus.Files.SelectMany(file => file.Value).Where(document => document.Length > 200)];
        if (all.Length == 0)
        {
            yield break;
        }

        new Random(71).Shuffle(all);
        int held = Math.Clamp(all.Length / 50, 1, 60);
        yield return new MixtureTask(TextTask.FromText("prefix language model", all[held..], all[..held])) { Rate = 0.04, TaskPrompt = false };
        yield return new MixtureTask(TextTask.FromText("span corruption", all[held..], all[..held], TextObjective.SpanCorruption)) { Rate = 0.02, TaskPrompt = false };
    }
}
