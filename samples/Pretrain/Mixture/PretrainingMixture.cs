namespace Spot.Samples.Pretrain.Mixture;

/// <summary>What the bundled model is trained on: families of supervised tasks, most behind a prompt of their own, and raw text.</summary>
internal static class PretrainingMixture
{
    /// <summary>Builds it from what a folder holds; families whose data are not there are left out.</summary>
    /// <param name="folder">The folder of data sets, and of <c>corpus</c>.</param>
    public static TaskMixture Create(string folder)
    {
        DataSets data = new(folder);
        Corpus corpus = Corpus.Read(Path.Combine(folder, "corpus"));
        List<MixtureTask> parts =
        [
            .. Sentiment.Opinions(data).Parts(0.17, 0.02),
            .. Sentiment.Emotions(data).Parts(0.06, 0.02),
            .. Intents.Subsets(data).Parts(0.08, 0.03),
            .. Topics.BySubject(corpus).Parts(0.08, 0.02),
            .. Topics.ByDocument(corpus).Parts(0.03, 0.005),
            .. Questions.ByKind(data).Parts(0.06, 0.01),
            .. Questions.ByWord(data).Parts(0.01, 0.005),
            .. Matching.Inference(data).Parts(0.07, 0.02),
            .. Matching.Same(data, corpus).Parts(0.10, 0.02),
            .. WordTasks.Create(corpus).Parts(0.03, 0.005),
            .. RawText(corpus),
        ];
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
        yield return new MixtureTask(TextTask.FromText("prefix language model", all[held..], all[..held])) { Rate = 0.06, TaskPrompt = false };
        yield return new MixtureTask(TextTask.FromText("span corruption", all[held..], all[..held], TextObjective.SpanCorruption)) { Rate = 0.04, TaskPrompt = false };
    }
}
