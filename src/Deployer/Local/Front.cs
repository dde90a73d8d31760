using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Deployer.Local;

/// <summary>
/// Owns an endpoint's port and hands each new connection to the revision that serves at that moment. It moves bytes and knows no protocol, so
/// whatever the scorer speaks goes through; and it keeps no state, so killing it loses nothing but open connections.
/// </summary>
public sealed class Front(LocalEndpoint endpoint, int processId, TimeProvider time)
{
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromMilliseconds(50);
    private const int ConnectAttempts = 40;

    /// <summary>Serves until told to stop.</summary>
    /// <param name="port">0 takes the port the endpoint had before, or else a free one.</param>
    /// <param name="log">One line a happening.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The process exit code.</returns>
    public async Task<int> RunAsync(int port, TextWriter log, CancellationToken cancellationToken)
    {
        using IDisposable? held = await endpoint.Front.TryHoldAsync(time, cancellationToken).ConfigureAwait(false);
        if (held is null)
        {
            await log.WriteLineAsync("Another front serves this endpoint.").ConfigureAwait(false);
            return ExitCodes.Of(FailureCode.Locked);
        }
        int wanted = port != 0 ? port : endpoint.FrontPort;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
            listener.Listen(512);
        }
        catch (SocketException e)
        {
            await log.WriteLineAsync($"Port {wanted} cannot be listened on: {e.Message}").ConfigureAwait(false);
            return ExitCodes.Of(FailureCode.RevisionFailed);
        }
        int bound = ((IPEndPoint)listener.LocalEndPoint!).Port;
        endpoint.FrontPort = bound;
        endpoint.Front.Announce(new ProcessFile { Pid = processId, Port = bound });
        await log.WriteLineAsync($"Listening on http://127.0.0.1:{bound}").ConfigureAwait(false);
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                _ = ServeAsync(client, log, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Done;
        }
    }

    /// <summary>Whether nobody listens on the port of the loopback address at this moment.</summary>
    public static bool CanListenOn(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Socket client, TextWriter log, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                using Socket? scorer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                if (scorer is null)
                {
                    await client.SendAsync(Unavailable, cancellationToken).ConfigureAwait(false);
                    client.Shutdown(SocketShutdown.Send);
                    return;
                }
                await Task.WhenAll(PumpAsync(client, scorer, cancellationToken), PumpAsync(scorer, client, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side went away; the other is closed with it.
            }
            catch (Exception e)
            {
                await log.WriteLineAsync($"A connection ended by a bug: {e}").ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads the route anew at every attempt: a revision that stops listening has been replaced, or will be.</summary>
    private async Task<Socket?> ConnectAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < ConnectAttempts; attempt++)
        {
            if (RouteOrNull() is not { } route) return null;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, route.Port, cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                if (!endpoint.Run(route.Revision).IsHeld && RouteOrNull()?.Revision == route.Revision) return null;
                await Task.Delay(ConnectRetry, time, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        return null;
    }

    /// <summary>A route that cannot be read leads nowhere.</summary>
    private Route? RouteOrNull()
    {
        try { return endpoint.Route; }
        catch (DeployerException) { return null; }
    }

    /// <summary>Copies one direction and passes its end on, so that half-closed connections stay that way.</summary>
    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                await SendAllAsync(to, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            from.Close(0);
            to.Close(0);
            throw;
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty) bytes = bytes[await to.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }

    private static ReadOnlyMemory<byte> Unavailable
    {
        get
        {
            const string body = "{\"error\":\"No revision of this endpoint is running. Run `deployer deploy` to start it.\"}";
            return Encoding.ASCII.GetBytes(
                $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        }
    }
}
