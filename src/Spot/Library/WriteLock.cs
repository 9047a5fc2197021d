using System.Diagnostics;
using System.Text.Json;
using Spot.Interop;

namespace Spot.Library;

/// <summary>
/// One writer at a time, across processes: a file that the system locks for as long as its handle is open, so that the lock of a process that died is
/// free at once, however it died. The file says who holds it; a name that is left in it is that of a dead owner.
/// </summary>
internal sealed class WriteLock : IDisposable
{
    private const int MostBytes = 4096;

    private readonly FileStream _file;

    private WriteLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock file; its folder is made if need be.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">Another process held the lock all the time, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    internal static async Task<WriteLock> AcquireAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        for (int wait = 1; ; wait = Math.Min(2 * wait, 50))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAcquire(path) is WriteLock taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(start) >= timeout)
            {
                throw new IOException(
                    $"Waited {timeout.TotalSeconds:0.#} s for the lock '{path}', expected to write: found it held by {ReadOwner(path)?.ToString() ?? "another writer"}. " +
                    "A library has one writer at a time: try again when that one has ended, or wait longer (PromptLibrary.WriteTimeout).");
            }

            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (IOException)
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

            // Windows lets others read the owner; on Unix only None is a lock, and reading is free.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None, bufferSize: 0);
            if (ReadOwner(file)?.IsOtherAlive() == true)
            {
                file.Dispose(); // a file system without locks: the name has to do
                return null;
            }

            file.SetLength(0);
            file.Write(JsonSerializer.SerializeToUtf8Bytes(LockOwner.Own, LibraryJson.Files.LockOwner));
            return new WriteLock(file);
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

    private static LockOwner? ReadOwner(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return ReadOwner(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static LockOwner? ReadOwner(FileStream file)
    {
        byte[] content = new byte[Math.Min(file.Length, MostBytes)];
        file.Position = 0;
        int read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        file.Position = 0;
        try
        {
            return read == 0 ? null : JsonSerializer.Deserialize(content.AsSpan(0, read), LibraryJson.Files.LockOwner);
        }
        catch (JsonException)
        {
            return null; // cut off when its writer died
        }
    }
}
