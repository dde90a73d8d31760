using System.Net.Sockets;
using System.Text;

namespace ScoringImage.Tests;

/// <summary>A bare TCP connection that speaks HTTP/1.1 by hand, so that a spec sees every byte and every close.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync("127.0.0.1", port, Cancelled);
        return connection;
    }

    public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), Cancelled);

    /// <summary>One POST to /score.</summary>
    public Task SendScoreAsync(string body) =>
        SendAsync($"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>One response, head and body (by its Content-Length); fails when the connection closes before its end.</summary>
    public async Task<string> ReceiveAsync()
    {
        const string LengthHeader = "\r\nContent-Length: ";
        var received = new StringBuilder();
        var buffer = new byte[8192];
        while (true)
        {
            var text = received.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var at = text.IndexOf(LengthHeader, StringComparison.Ordinal) + LengthHeader.Length;
                var length = int.Parse(text.AsSpan(at, text.IndexOf("\r\n", at, StringComparison.Ordinal) - at), null);
                if (text.Length >= end + 4 + length)
                    return text;
            }
            var count = await _client.GetStream().ReadAsync(buffer, Cancelled);
            if (count == 0)
                throw new EndOfStreamException($"closed after: {text}");
            received.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }

    public void Dispose() => _client.Dispose();
}
