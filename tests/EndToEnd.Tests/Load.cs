using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>Callers that send one request after the other until told to stop, and count what fails: some keep their connection, some open one for each.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> failures = [];
    private readonly Task[] callers;
    private int requests;

    public Load(string scoringUri, int keeping, int reconnecting)
    {
        callers = [.. Enumerable.Range(0, keeping + reconnecting).Select(i => Task.Run(() => CallAsync(scoringUri, keepConnection: i < keeping)))];
    }

    public int Requests => Volatile.Read(ref requests);

    /// <summary>The answer that came last.</summary>
    public JsonObject? Last { get; private set; }

    /// <summary>Waits until so many more requests were answered.</summary>
    public async Task AnswersAsync(int more)
    {
        int goal = Requests + more;
        await TestWorkspace.EventuallyAsync(() => Requests >= goal || !failures.IsEmpty, $"{more} requests are answered");
    }

    /// <summary>Ends the load, which must not have seen a failure.</summary>
    public async Task EndAsync()
    {
        await DisposeAsync();
        Assert.True(failures.IsEmpty, $"{failures.Count} of {requests} requests failed:\n{string.Join('\n', failures.Take(5))}");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    private async Task CallAsync(string scoringUri, bool keepConnection)
    {
        using HttpClient client = Scoring.NewClient();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Last = await Scoring.SevenIsReadAsync(client, scoringUri, keepConnection);
            }
            catch (Exception e)
            {
                failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {(keepConnection ? "kept connection" : "new connection")}: {e}");
            }
            Interlocked.Increment(ref requests);
        }
    }
}
