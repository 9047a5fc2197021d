using System.Runtime.InteropServices;
using System.Text;

namespace Spot.Serialization;

/// <summary>Files that appear whole or not at all: written beside their place under a name that ends in <c>.tmp</c>, flushed to disk, renamed.</summary>
/// <remarks>
/// Safe for concurrent calls, also of several processes on one file: the last one stays. A link at the path is replaced by the file; what it leads
/// to, such as a blob that others share, stays as it is.
/// </remarks>
internal static partial class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Its full path; the folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="overwrite">Whether a file that exists is replaced.</param>
    /// <returns>False when a file existed and was not to be replaced; then nothing has changed.</returns>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is not writable; nothing has changed.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    internal static bool Write(string path, Action<Stream> write, bool overwrite = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Publish(temporary, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(exception, path);
        }
        finally
        {
            TryDelete(temporary);
        }

        FlushFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Writes a text in UTF-8; a file that exists is replaced.</summary>
    /// <param name="path">Its full path; the folder must exist.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is not writable; nothing has changed.</exception>
    internal static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Makes renames and removals in a folder durable, where the system can.</summary>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = OpenUnix(folder, 0);
        if (descriptor >= 0)
        {
            _ = FsyncUnix(descriptor); // some file systems refuse it for folders: then there is nothing to gain
            _ = CloseUnix(descriptor);
        }
    }

    /// <summary>The same kind of error with the path, the cause and what to do.</summary>
    internal static Exception Explain(Exception exception, string path)
    {
        string message =
            $"Cannot write '{path}': {exception.Message} Nothing was changed. Check that the folder exists, may be written by this " +
            "user and has free space, or choose another folder.";
        return exception is UnauthorizedAccessException
            ? new UnauthorizedAccessException(message, exception)
            : new IOException(message, exception);
    }

    /// <summary>
    /// Renames; without overwriting by a hard link, which fails where a file exists. File.Move would look first and then rename on
    /// Unix: of two writers in between, both would win. It serves on Windows, and on file systems without links.
    /// </summary>
    private static void Publish(string temporary, string path, bool overwrite)
    {
        bool linked = !overwrite && !OperatingSystem.IsWindows() && LinkUnix(temporary, path) == 0;
        if (!linked)
        {
            File.Move(temporary, path, overwrite);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A leftover .tmp is ignored by every reader; the first error is the one to report.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenUnix(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkUnix(string from, string to);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncUnix(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseUnix(int descriptor);
}
