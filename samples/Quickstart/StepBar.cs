using Spectre.Console;

namespace Spot.Samples.Quickstart;

/// <summary>A progress bar over the steps of a run, or of several candidates one after another, that says which one is under way and its last score.</summary>
internal sealed class StepBar : IProgress<TuningProgress>, IDisposable
{
    private readonly ProgressTask _bar;
    private readonly string _name;
    private string _score = "";

    public StepBar(ProgressContext bars, string name)
    {
        _name = name;
        _bar = bars.AddTask(name);
    }

    public void Report(TuningProgress value)
    {
        int before = Math.Max(0, value.Candidate - 1);
        _bar.MaxValue = (double)value.Steps * Math.Max(1, value.Candidates);
        _bar.Value = ((double)before * value.Steps) + value.Step;
        if (value.Evaluation is { } evaluation)
        {
            _score = FormattableString.Invariant($"score {evaluation.Score:F0}");
        }
        else if (value.IsStart)
        {
            _score = value.Step > 0 ? FormattableString.Invariant($"from step {value.Step}") : ""; // another run's score is none of this one's
        }

        if (value.IsMilestone)
        {
            string[] said = [value.Source is null ? "" : $"from {value.Source}", _score];
            string text = string.Join(", ", said.Where(part => part.Length > 0));
            _bar.Description = text.Length == 0 ? Markup.Escape(_name) : $"{Markup.Escape(_name)} [dim]({Markup.Escape(text)})[/]";
        }
    }

    public void Dispose() => _bar.StopTask();
}
