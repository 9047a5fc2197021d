using System.CommandLine;
using Spot.Backbone;
using Spot.Tasks;

namespace Spot.Cli.Tests;

/// <summary>The command line itself: its options are the library's, it explains itself, and it refuses what it does not understand.</summary>
[Collection(ToolTests.Name)]
public class CommandLineTests
{
    private static readonly RootCommand Root = SpotTool.Create(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null));

    public static TheoryData<string> Names => new(All(Root, "").Select(pair => pair.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_command_explains_itself_and_each_of_its_options_once(string name)
    {
        Command command = All(Root, "").Single(pair => pair.Name == name).Command;
        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
        Assert.Empty(command.Options.GroupBy(option => option.Name).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.Empty(Root.Parse([.. name.Split(' '), "--help"]).Errors);
    }

    [Theory]
    [InlineData("tune", typeof(TuningOptions), nameof(TuningOptions.Optimizer))]
    [InlineData("tune", typeof(AdafactorOptions))]
    [InlineData("tune", typeof(AdamWOptions))]
    [InlineData("tune", typeof(BackboneOptions))]
    [InlineData("tune", typeof(TaskLoadOptions), nameof(TaskLoadOptions.Files))]
    [InlineData("evaluate", typeof(EvaluationOptions))]
    [InlineData("predict", typeof(DataFileOptions))]
    [InlineData("predict", typeof(GenerationOptions), nameof(GenerationOptions.PrefixTree), nameof(GenerationOptions.LogProbabilities))]
    [InlineData("predict", typeof(ClassificationOptions))]
    [InlineData("search", typeof(PromptSearchOptions), nameof(PromptSearchOptions.Filter))]
    public void Every_setting_of_the_library_is_an_option_of_its_name(string command, Type options, params string[] leftOut)
    {
        string[] names = [.. All(Root, "").Single(pair => pair.Name == command).Command.Options.Select(option => option.Name)];
        string[] settings = [.. options.GetProperties().Where(property => property.SetMethod is { IsPublic: true } && !leftOut.Contains(property.Name)).Select(property => property.Name)];
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains("--" + setting.ToLowerInvariant(), names.Select(name => "--" + name[2..].Replace("-", "", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("LearningRate", "--learning-rate")]
    [InlineData("K", "--k")]
    [InlineData("ZLoss", "--z-loss")]
    [InlineData("Beta1", "--beta1")]
    [InlineData("NoRepeatNGram", "--no-repeat-n-gram")]
    [InlineData("BFloat16", "--bfloat16")]
    public void A_property_has_the_name_that_command_lines_give(string property, string option) => Assert.Equal(option, OptionName.Of(property));

    [Fact]
    public async Task Help_says_what_the_library_says_and_the_recipes_defaults()
    {
        Answer answer = await Workplace.DoneAsync("tune", "--help");
        Assert.Contains("The number of optimiser steps, at least 1 [default: small 200, paper 30000, longer 262144]", answer.Out, StringComparison.Ordinal);
        Assert.Contains("(AdamW) [default: 0.999]", answer.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("null", answer.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fly")]
    [InlineData("tune")]
    [InlineData("tune", "data", "--fly")]
    [InlineData("library")]
    [InlineData("library", "add", "file")]
    public async Task What_is_not_understood_is_said_and_ends_with_2(params string[] arguments)
    {
        Answer answer = await Workplace.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, answer.ExitCode);
        Assert.Equal("", answer.Out);
        Assert.Contains("Error: ", answer.Error, StringComparison.Ordinal);
        Assert.Contains("--help", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected a whole number", "tune", "data", "--steps", "many")]
    [InlineData("expected a number such as 0.3, or none", "tune", "data", "--gradient-clipping", "NaN")]
    [InlineData("expected one of Decoding, Ranking, RankingPerToken", "tune", "data", "--evaluation-method", "guessing")]
    [InlineData("expected one of small, paper, longer", "tune", "data", "--recipe", "large")]
    [InlineData("expected one of Adafactor, AdamW", "tune", "data", "--optimizer", "Muon")]
    [InlineData("--beta2, which Adafactor does not have", "tune", "data", "--beta2", "0.9")]
    public async Task A_value_that_an_option_does_not_have_is_refused_with_those_that_it_has(string expected, params string[] arguments)
    {
        string said = await Workplace.RefusedAsync(arguments);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Contains(arguments[2], said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_library_names_the_option_of_the_command_line()
    {
        using Workplace place = new();
        string said = await Workplace.RefusedAsync("tune", Workplace.Task("books"), "--steps", "0");
        Assert.Contains("--steps must be at least 1", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", said, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Folder));
    }

    [Theory]
    [InlineData("spot ", "tune", "library", "--json")]
    [InlineData("spot library v", "verify")]
    [InlineData("spot tune x --initialization C", "ClassLabels")]
    [InlineData("spot evaluate x y --split ", "validation", "test")]
    public async Task A_shell_is_told_how_a_line_may_go_on(string line, params string[] expected)
    {
        string[] said = (await Workplace.DoneAsync($"[suggest:{line.Length}]", line)).Out.Split('\n', StringSplitOptions.TrimEntries);
        Assert.All(expected, word => Assert.Contains(word, said));
    }

    private static IEnumerable<(string Name, Command Command)> All(Command command, string path)
    {
        foreach (Command sub in command.Subcommands)
        {
            string name = $"{path} {sub.Name}".Trim();
            if (sub.Subcommands.Count == 0)
            {
                yield return (name, sub);
            }

            foreach ((string, Command) below in All(sub, name))
            {
                yield return below;
            }
        }
    }
}
