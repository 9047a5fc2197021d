using Spot.Tasks;

namespace Spot.Tests.Tasks;

/// <summary>The tasks of a folder with task folders of one's own and data sets by name.</summary>
public sealed class TaskCatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Own_folders_data_sets_and_families_are_found_by_name()
    {
        Own("mine", "A sentence of five words.");
        Nli("cb", "train");
        Nli("mrpc", "other");
        TaskCatalog catalog = new(_folder.Path);
        Assert.Equal(["cb", "mine", "mrpc"], catalog.Names);
        Assert.Equal(["mine", "nothing"], catalog.Members(["mine", "nothing"]));
        TaskFamily family = TaskFamily.All.First(family => family.Members.Contains("cb"));
        Assert.Equal(family.Members.Where(name => name is "cb" or "mrpc" or "mine"), catalog.Members([family.Name]));
        Assert.Equal(["mrpc", "mine"], catalog.Load(["mrpc", "mine"], TestContext.Current.CancellationToken).Select(task => task.Name));
        Assert.Contains("No task 'nothing'", Assert.Throws<ArgumentException>(() => catalog.Load(["nothing"], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mixture_is_a_name_and_its_tasks_or_families()
    {
        Own("mine", "A sentence of five words.");
        Nli("cb", "train");
        Nli("mrpc", "other");
        TaskCatalog catalog = new(_folder.Path);
        TaskMixture mixture = catalog.LoadMixture("all=mrpc,mine", TestContext.Current.CancellationToken);
        Assert.Equal("all", mixture.Name);
        Assert.Equal(["mrpc", "mine"], mixture.Tasks.Select(part => part.Task.Name));
        TaskFamily family = TaskFamily.All.First(family => family.Members.Contains("cb"));
        Assert.Equal(catalog.Members([family.Name]), catalog.LoadMixture($"of={family.Name}", TestContext.Current.CancellationToken).Tasks.Select(part => part.Task.Name));
        Assert.All(["all", "=cb,mine", "all=", "all=cb,,mine", "a=cb=mine", "all=nothing"], text =>
            Assert.Contains(text == "all=nothing" ? "'nothing'" : $"'{text}'", Assert.Throws<ArgumentException>(() => catalog.LoadMixture(text, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Leaks_are_found_among_both_kinds()
    {
        Own("mine", "the very same words stand in here");
        Own("other", "other words which nobody else has used");
        Own("thief", "something quite different from all others");
        File.WriteAllText(Path.Combine(_folder.Path, "thief", "train.jsonl"), """{"input": "the very same words stand in here", "target": "a"}""");
        TaskCatalog catalog = new(_folder.Path);
        TaskLeak[] leaks = [.. catalog.Leaks(catalog.Load(catalog.Names, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)];
        Assert.Equal([("thief", "mine", "validation")], leaks.Select(leak => (leak.Source, leak.Target, leak.Split)));
    }

    [Fact]
    public void A_folder_without_tasks_is_refused()
    {
        Assert.Contains("holds no task", Assert.Throws<ArgumentException>(() => new TaskCatalog(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => new TaskCatalog(Path.Combine(_folder.Path, "nothing")));
    }

    private void Own(string name, string validation)
    {
        Write(name, """{"input": "I", "target": "a"}""", $$"""{"input": "{{validation}}", "target": "b"}""");
        File.WriteAllText(Path.Combine(_folder.Path, name, "task.json"), """{"labels": ["a", "b"]}""");
    }

    private void Nli(string name, string word) => Write(
        name, $$"""{"premise": "{{word}} a", "hypothesis": "b", "sentence1": "{{word}} a", "sentence2": "b", "label": 0}""", $$"""{"premise": "{{word}} c", "hypothesis": "d", "sentence1": "{{word}} c", "sentence2": "d", "label": 1}""");

    private void Write(string name, string train, string validation)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "train.jsonl"), train + "\n");
        File.WriteAllText(Path.Combine(folder, "validation.jsonl"), validation + "\n");
    }
}
