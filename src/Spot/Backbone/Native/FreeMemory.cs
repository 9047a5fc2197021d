using System.Runtime.InteropServices;

namespace Spot.Backbone;

/// <summary>Gives the system back what libtorch has freed and the C library still holds.</summary>
/// <remarks>
/// glibc returns the top of a heap alone: one small block above hundreds of megabytes of free ones keeps them all in the process. Elsewhere there is
/// nothing to do.
/// </remarks>
internal static partial class FreeMemory
{
    /// <summary>Takes milliseconds; the next large pass pays for the pages again.</summary>
    /// <returns>Whether anything was given back.</returns>
    public static bool Return()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            return Trim(0) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // another C library
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nint keep);
}
