using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Spot.Serialization;

namespace Spot.Library;

/// <summary>
/// One writer at a time, across processes: a file that the system locks for as long as its handle is open, so that the lock of a process that died is
/// free at once, however it died. A second file says who holds it, as a locked one cannot be read; a name that is left there is that of a dead owner.
/// </summary>
internal sealed class WriteLock : IDisposable
{
    private const int MostBytes = 4096;

    private readonly FileStream _file;
    private readonly string _owner;

    private WriteLock(FileStream file, string owner)
    {
        _file = file;
        _owner = owner;
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock file; its folder is made if need be.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="logger">Told when there is something to wait for, and for how long it was.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">Another process held the lock all the time, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    internal static async Task<WriteLock> AcquireAsync(string path, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        for (int wait = 1; ; wait = Math.Min(2 * wait, 50))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAcquire(path) is WriteLock taken)
            {
                if (wait > 1)
                {
                    LibraryLog.Waited(logger, path, Stopwatch.GetElapsedTime(start));
                }

                return taken;
            }

            if (Stopwatch.GetElapsedTime(start) >= timeout)
            {
                throw new IOException(
                    $"Waited {timeout.TotalSeconds:0.#} s for the lock '{path}', expected to write: found it held by {Holder(path)}. " +
                    "A library has one writer at a time: try again when that one has ended, or wait longer (PromptLibrary.WriteTimeout).");
            }

            if (wait == 1)
            {
                LibraryLog.Waits(logger, path, timeout, Holder(path));
            }

            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The file with the name of the holder.</summary>
    internal static string OwnerPath(string path) => path + ".owner";

    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The name stays behind; the lock itself goes with the handle.
        }

        _file.Dispose();
    }

    private static WriteLock? TryAcquire(string path)
    {
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (ReadOwner(path)?.IsOtherAlive() == true)
            {
                file.Dispose(); // a file system without locks: the name has to do
                return null;
            }

            File.WriteAllBytes(OwnerPath(path), JsonSerializer.SerializeToUtf8Bytes(LockOwner.Own, LibraryJson.Files.LockOwner));
            return new WriteLock(file, OwnerPath(path));
        }
        catch (IOException) when (file is null && File.Exists(path))
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw AtomicFile.Explain(exception, path);
        }
    }

    private static string Holder(string path) => ReadOwner(path)?.ToString() ?? "another writer";

    private static LockOwner? ReadOwner(string path)
    {
        try
        {
            using FileStream file = new(OwnerPath(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] content = new byte[MostBytes];
            int read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read == 0 ? null : JsonSerializer.Deserialize(content.AsSpan(0, read), LibraryJson.Files.LockOwner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // nobody, or cut off when its writer died
        }
    }
}
