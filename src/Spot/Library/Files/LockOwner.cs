using System.ComponentModel;
using System.Diagnostics;

namespace Spot.Library;

/// <summary>The content of a lock file: the process that writes.</summary>
/// <param name="Process">Its id.</param>
/// <param name="Host">Its computer.</param>
/// <param name="Started">When it was started: ids are given again.</param>
internal sealed record LockOwner(int Process, string Host, DateTimeOffset Started)
{
    /// <summary>This process.</summary>
    internal static LockOwner Own { get; } = Of(System.Diagnostics.Process.GetCurrentProcess());

    /// <summary>Whether this is another process of this computer that still runs.</summary>
    internal bool IsOtherAlive()
    {
        if (Host != Own.Host || Process == Own.Process)
        {
            return false;
        }

        try
        {
            using Process process = System.Diagnostics.Process.GetProcessById(Process);
            return !process.HasExited && (Of(process).Started - Started).Duration() < TimeSpan.FromSeconds(2); // start times are read with coarse clocks
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false; // there is none
        }
    }

    public override string ToString() => $"process {Process} on '{Host}', started {Started:u}";

    private static LockOwner Of(Process process) => new(process.Id, Environment.MachineName, process.StartTime.ToUniversalTime());
}
