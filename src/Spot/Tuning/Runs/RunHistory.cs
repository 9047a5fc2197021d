using System.Text;
using System.Text.Json;

namespace Spot.Tuning;

/// <summary>A run's log: one JSON object a line for each step, each evaluation, and where the run went on or diverged. Times are in seconds.</summary>
internal sealed class RunHistory : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Opens a log and goes on with it.</summary>
    /// <param name="path">The file; what it holds of steps after <paramref name="step"/> is dropped.</param>
    /// <param name="step">Where the run goes on from; −1 for one that begins.</param>
    public RunHistory(string path, int step)
    {
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _stream.SetLength(End(_stream, step));
        _stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Appends a line.</summary>
    public void Write(Action<Utf8JsonWriter> properties)
    {
        using (Utf8JsonWriter json = new(_stream))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        _stream.WriteByte((byte)'\n');
        _stream.Flush(); // to the system: it survives this process
    }

    /// <summary>Appends a line about something that happened to the run.</summary>
    /// <param name="step">The step it happened at.</param>
    /// <param name="name">What: <c>resumed</c>, <c>diverged</c>.</param>
    public void WriteEvent(int step, string name) => Write(json =>
    {
        json.WriteNumber("step", step);
        json.WriteString("event", name);
    });

    public void Dispose() => _stream.Dispose();

    // The end of the last whole line of steps up to a step: later ones will be done again.
    private static long End(FileStream stream, int step)
    {
        using StreamReader reader = new(stream, leaveOpen: true);
        long end = 0;
        while (reader.ReadLine() is { } line)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                if (document.RootElement.GetProperty("step").GetInt32() > step)
                {
                    break;
                }
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                break; // cut while it was written
            }

            long next = end + Encoding.UTF8.GetByteCount(line) + 1;
            if (next > stream.Length)
            {
                break; // its line end is missing
            }

            end = next;
        }

        return end;
    }
}
