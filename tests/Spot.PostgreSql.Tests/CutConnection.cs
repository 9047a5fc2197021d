using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Spot.PostgreSql.Tests;

/// <summary>A way to a server that is cut after so many bytes, of one direction, of the connections made through it together.</summary>
internal sealed class CutConnection : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private readonly int _port;
    private readonly bool _isOfServer;
    private long _left = long.MaxValue;

    /// <param name="connectionString">To the server.</param>
    /// <param name="isOfServer">Whether the server's bytes are counted, else the client's.</param>
    internal CutConnection(string connectionString, bool isOfServer)
    {
        _isOfServer = isOfServer;
        NpgsqlConnectionStringBuilder connection = new(connectionString);
        _port = connection.Port;
        _listener.Start();
        connection.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = connection.ConnectionString;
        _accepting = AcceptAsync();
    }

    internal string ConnectionString { get; }

    /// <summary>Lets so many bytes more through, then cuts.</summary>
    internal void CutAfter(int bytes) => Interlocked.Exchange(ref _left, bytes);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient mine = client, server = new();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _port, _end.Token);
            await Task.WhenAny(PassAsync(client.GetStream(), server.GetStream(), isCounted: !_isOfServer), PassAsync(server.GetStream(), client.GetStream(), isCounted: _isOfServer));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The test's end.
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool isCounted)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, _end.Token)) > 0;)
            {
                long left = isCounted ? Interlocked.Add(ref _left, -read) + read : long.MaxValue;
                await to.WriteAsync(buffer.AsMemory(0, (int)Math.Clamp(left, 0, read)), _end.Token);
                if (left < read)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }
}
