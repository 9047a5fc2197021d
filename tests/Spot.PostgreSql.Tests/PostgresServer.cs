using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Spot.PostgreSql.Tests.PostgresServer))]

namespace Spot.PostgreSql.Tests;

/// <summary>
/// A PostgreSQL of the tests' own, for all of the assembly: on loopback, in a temporary folder, started when it is first asked for and stopped at the end, also
/// where the tests are killed. The environment's SPOT_TEST_POSTGRES names another one that runs already. Where there is none, tests skip.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "spot";

    // Stops the server when the standard input ends, as it does with the process that holds it, and leaves nothing.
    private const string Script = """
        umask 077
        "$1/initdb" -D "$2/data" -U "$3" --auth=trust --encoding=UTF8 --locale=C --no-sync >"$2/log" 2>&1 || exit 1
        "$1/postgres" -D "$2/data" -c listen_addresses=127.0.0.1 -c port="$4" -c unix_socket_directories= -c max_connections=200 -c fsync="$5" >>"$2/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -INT "$server"
        wait "$server"
        rm -rf "$2"
        """;

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static PostgresServer? _shared;
    private static string? _missing;
    private static int _databases;

    private readonly ConcurrentStack<string> _atEnd = new();
    private readonly Process? _process;
    private readonly string? _folder;

    /// <summary>The assembly's fixture, which stops the shared server at the end.</summary>
    public PostgresServer() => ConnectionString = "";

    private PostgresServer(Process? process, string? folder, string connectionString) => (_process, _folder, ConnectionString) = (process, folder, connectionString);

    /// <summary>To the server's own database, as a superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>The shared server; skips the test where there is none.</summary>
    public static async Task<PostgresServer> GetAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (_shared is null && _missing is null)
            {
                if (Environment.GetEnvironmentVariable("SPOT_TEST_POSTGRES") is { Length: > 0 } given)
                {
                    _shared = new PostgresServer(null, null, given);
                }
                else if (FindPrograms() is string programs)
                {
                    _shared = await StartAsync(programs, isDurable: false);
                }
                else
                {
                    _missing = "No PostgreSQL: found no initdb and postgres in PATH or /usr/lib/postgresql/*/bin, and SPOT_TEST_POSTGRES names no server.";
                }
            }
        }
        finally
        {
            Gate.Release();
        }

        Assert.SkipWhen(_missing is not null, _missing ?? "");
        return _shared!;
    }

    /// <summary>Another server, whose commits survive its death; skips the test where there are no programs.</summary>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        string? programs = FindPrograms();
        Assert.SkipWhen(programs is null, "No PostgreSQL: found no initdb and postgres in PATH or /usr/lib/postgresql/*/bin.");
        return await StartAsync(programs!, isDurable: true);
    }

    /// <summary>A new, empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string options = "")
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString);
        await using NpgsqlCommand create = source.CreateCommand($"create database {name} {options}");
        await create.ExecuteNonQueryAsync();
        AtEnd($"drop database if exists {name} with (force)");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Has a statement executed when the tests end, the last one first, on a server that goes on without them.</summary>
    public void AtEnd(string sql) => _atEnd.Push(sql);

    /// <summary>Stops the server; of the assembly's fixture the shared one.</summary>
    public async ValueTask DisposeAsync()
    {
        PostgresServer? server = ConnectionString.Length > 0 ? this : Interlocked.Exchange(ref _shared, null);
        if (server is { _process: Process process, _folder: string folder })
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
            Assert.False(Directory.Exists(folder));
        }
        else if (server is not null)
        {
            await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
            while (server._atEnd.TryPop(out string? sql))
            {
                await using NpgsqlCommand command = source.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    private static async Task<PostgresServer> StartAsync(string programs, bool isDurable)
    {
        string folder = Directory.CreateTempSubdirectory("spot-postgres-").FullName;
        int port = FreePort();
        ProcessStartInfo start = new() { FileName = "sh", RedirectStandardInput = true, WorkingDirectory = "/" };
        if (Environment.UserName == "root" && Environment.IsPrivilegedProcess)
        {
            // PostgreSQL does not run as root.
            string user = (await File.ReadAllLinesAsync("/etc/passwd")).Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
            using Process chown = Process.Start("chown", [user, folder]);
            await chown.WaitForExitAsync();
            start.FileName = "runuser";
            Array.ForEach(["-u", user, "--", "sh"], start.ArgumentList.Add);
        }

        Array.ForEach(["-c", Script, "sh", programs, folder, User, port.ToString(CultureInfo.InvariantCulture), isDurable ? "on" : "off"], start.ArgumentList.Add);
        Process process = Process.Start(start)!;
        string connection = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = User, Database = "postgres", MaxPoolSize = 50 }.ConnectionString;
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        while (true)
        {
            try
            {
                await using NpgsqlConnection open = await source.OpenConnectionAsync();
                return new PostgresServer(process, folder, connection);
            }
            catch (NpgsqlException) when (!process.HasExited)
            {
                await Task.Delay(50);
            }
            catch (NpgsqlException exception)
            {
                string log = Path.Combine(folder, "log");
                throw new InvalidOperationException($"The tests' PostgreSQL ended with {process.ExitCode}: {(File.Exists(log) ? await File.ReadAllTextAsync(log) : "it wrote nothing")}", exception);
            }
        }
    }

    private static string? FindPrograms() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")) : [])
            .FirstOrDefault(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
