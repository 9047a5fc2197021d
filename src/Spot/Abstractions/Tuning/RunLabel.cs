namespace Spot;

/// <summary>What a run is called in progress and logs.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Source">What its start is called; null where it has none or no name is known.</param>
/// <param name="Candidate">Its place among the candidates, from 1; 0 where it is none.</param>
/// <param name="Candidates">How many there are.</param>
internal readonly record struct RunLabel(TuningRunKind Kind, string? Source = null, int Candidate = 0, int Candidates = 0)
{
    /// <summary>The run's name: <c>places</c>, <c>places from books-0</c>, <c>places, candidate 2 of 3 from books-0</c>, <c>embedding of places</c>, <c>model on places</c>.</summary>
    public string Of(string task)
    {
        string name = Kind switch
        {
            TuningRunKind.Embedding => $"embedding of {task}",
            TuningRunKind.Model => $"model on {task}",
            _ => task,
        };
        string place = Candidate > 0 ? FormattableString.Invariant($", candidate {Candidate} of {Candidates}") : "";
        return Source is null ? name + place : $"{name}{place} from {Source}";
    }
}
