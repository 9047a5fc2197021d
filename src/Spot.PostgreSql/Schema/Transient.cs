using System.Diagnostics;
using Npgsql;

namespace Spot.PostgreSql;

/// <summary>Goes on after a database that restarts or a connection that was lost, for what may be done twice.</summary>
internal static class Transient
{
    /// <summary>How long a call keeps trying: longer than a server takes to restart.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(5);

    /// <summary>Whether the same call may succeed later.</summary>
    internal static bool Is(Exception exception) => exception is NpgsqlException npgsql && (npgsql.IsTransient || npgsql.SqlState is
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow);

    /// <summary>Does a piece of work that changes nothing if it is done again.</summary>
    internal static async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        for (TimeSpan delay = TimeSpan.FromMilliseconds(50); ; delay = delay < MostDelay ? delay * 2 : MostDelay)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (NpgsqlException exception) when (Is(exception) && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
