using Microsoft.Extensions.Logging;
using Npgsql;

namespace Spot.PostgreSql;

/// <summary>
/// Keeps the copied keys abreast of the database: it listens on a connection of its own and looks whenever it is told that prompts were changed, after every
/// loss of that connection, and from time to time, should a loss go unnoticed.
/// </summary>
/// <param name="database">The schema.</param>
/// <param name="keys">The copied keys.</param>
/// <param name="logger">Told when the connection is lost and when there is one again.</param>
internal sealed class ChangeListener(PostgresDatabase database, KeyCopy keys, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Unasked = TimeSpan.FromSeconds(30), FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private Task? _listening;

    /// <summary>The process of the server that serves the connection; null while there is none.</summary>
    internal int? ServerProcess { get; private set; }

    /// <summary>Begins to listen, if that has not begun.</summary>
    internal void Start()
    {
        lock (_lock)
        {
            _listening ??= Task.Run(ListenAsync);
        }
    }

    /// <summary>Ends the listening.</summary>
    /// <returns>A task that ends when it has.</returns>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task? listening;
        lock (_lock)
        {
            listening = _listening ??= Task.CompletedTask;
        }

        await listening.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task ListenAsync()
    {
        bool isLost = false;
        TimeSpan pause = FirstPause;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(_end.Token).ConfigureAwait(false);
                await using (NpgsqlCommand listen = new($"listen \"{database.Schema}.prompts\"", connection))
                {
                    await listen.ExecuteNonQueryAsync(_end.Token).ConfigureAwait(false);
                }

                await keys.RefreshAsync(isAnew: false, _end.Token).ConfigureAwait(false); // what was missed before
                ServerProcess = connection.ProcessID;
                if (isLost)
                {
                    PostgresLog.Listens(logger, database.Place);
                }

                (isLost, pause) = (false, FirstPause);
                while (true)
                {
                    await connection.WaitAsync(Unasked, _end.Token).ConfigureAwait(false);
                    await keys.RefreshAsync(isAnew: false, _end.Token).ConfigureAwait(false);
                }
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                ServerProcess = null;
                if (!isLost)
                {
                    PostgresLog.Lost(logger, database.Place, exception.Message);
                }

                isLost = true;
                await Task.Delay(pause, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
