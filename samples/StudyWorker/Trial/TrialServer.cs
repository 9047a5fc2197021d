using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Spot.Samples.StudyWorker;

/// <summary>A PostgreSQL of the trial's own in a temporary folder, which can be restarted as by a crash.</summary>
internal sealed class TrialServer : IDisposable
{
    private readonly string _programs, _folder = Directory.CreateTempSubdirectory("spot-trial-").FullName;
    private readonly int _port = FreePort();

    private TrialServer(string programs) => _programs = programs;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=spot;Database=postgres");

    private string Data => Path.Combine(_folder, "data");

    private string Options => string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=");

    /// <exception cref="FileNotFoundException">PostgreSQL is not installed.</exception>
    public static TrialServer Start()
    {
        string programs = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [])
            .LastOrDefault(folder => File.Exists(Path.Combine(folder, "pg_ctl"))) ?? throw new FileNotFoundException("Found no pg_ctl in PATH or /usr/lib/postgresql: install PostgreSQL.");
        TrialServer server = new(programs);
        if (Environment.UserName == "root")
        {
            Run("chown", ["postgres", server._folder]); // PostgreSQL does not run as root
        }

        server.Control("initdb", "-D", server.Data, "-U", "spot", "--auth=trust", "--encoding=UTF8", "--locale=C");
        server.Control("pg_ctl", "-D", server.Data, "-l", Path.Combine(server._folder, "log"), "-o", server.Options, "-w", "start");
        return server;
    }

    /// <summary>Ends it as a crash would, and starts it again.</summary>
    public void Restart() => Control("pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-m", "immediate", "-o", Options, "-w", "restart");

    public void Dispose()
    {
        Control("pg_ctl", "-D", Data, "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void Control(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (Environment.UserName == "root")
        {
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    private static void Run(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = false })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
