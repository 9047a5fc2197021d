namespace Spot.Cli;

/// <summary>What the tool's process ends with; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    /// <summary>The command did what it was asked for.</summary>
    public const int Done = 0;

    /// <summary>Something that it was given is wrong: a file, a column, an option's value.</summary>
    public const int WrongInput = 1;

    /// <summary>The command line itself is not understood: no such command or option, an argument is missing.</summary>
    public const int Usage = 2;

    /// <summary>It was interrupted; what was done is kept.</summary>
    public const int Interrupted = 130;
}
