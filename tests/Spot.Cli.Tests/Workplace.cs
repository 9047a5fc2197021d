using Spot.Tests;

namespace Spot.Cli.Tests;

/// <summary>A new folder that the tool works in, removed with its content.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public Workplace() => Environment.CurrentDirectory = _folder.Path;

    public string Folder => _folder.Path;

    /// <summary>A bundled task.</summary>
    public static string Task(string name) => Path.Combine(TestPaths.RepositoryRoot, "samples", "data", name);

    /// <summary>Runs the tool in this process.</summary>
    public static Task<Answer> RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <summary>Runs the tool in this process, with lines on standard input.</summary>
    public static async Task<Answer> RunAsync(string input, string[] arguments)
    {
        using StringReader reader = new(input);
        using StringWriter output = new(), error = new();
        int code = await SpotTool.RunAsync(arguments, new Terminal(reader, output, error), TestContext.Current.CancellationToken);
        return new Answer(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool, which must succeed.</summary>
    public static async Task<Answer> DoneAsync(params string[] arguments)
    {
        Answer answer = await RunAsync(arguments);
        Assert.True(answer.ExitCode == ExitCode.Done, $"spot {string.Join(' ', arguments)}: {answer}");
        return answer;
    }

    /// <summary>Runs the tool, which must refuse what it was given.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> RefusedAsync(params string[] arguments)
    {
        Answer answer = await RunAsync(arguments);
        Assert.True(answer.ExitCode == ExitCode.WrongInput, $"spot {string.Join(' ', arguments)}: {answer}");
        Assert.Equal("", answer.Out);
        Assert.StartsWith("Error: ", answer.Error, StringComparison.Ordinal);
        return answer.Error;
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }
}
