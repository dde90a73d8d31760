using Microsoft.AspNetCore.Connections;

namespace ScoringImage.Web;

/// <summary>How many client connections are open. Sits in Kestrel's connection pipeline.</summary>
public sealed class OpenConnections(TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);
    private int _open;
    private long _lastClosed;

    public ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _open);
        try
        {
            await next(connection);
        }
        finally
        {
            Volatile.Write(ref _lastClosed, time.GetTimestamp());
            Interlocked.Decrement(ref _open);
        }
    };

    /// <summary>
    /// Waits until no connection has been open for <paramref name="quiet"/>: a client that was told <c>Connection: close</c> may be about to
    /// come back.
    /// </summary>
    public async Task WhenQuietAsync(TimeSpan quiet, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _open) > 0 || time.GetElapsedTime(Volatile.Read(ref _lastClosed)) < quiet)
            await Task.Delay(LookEvery, time, cancellationToken);
    }
}
