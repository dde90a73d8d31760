using System.Diagnostics;

namespace ScoringImage.Tests;

public sealed class DrainSpecs
{
    private const string Request = """{"data": {"a": [1], "b": [2]}}""";
    private const string Result = """{"result":{"sum":[3]}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ScorerProcess.SigTerm)]
    [InlineData(ScorerProcess.SigInt)]
    public async Task An_idle_scorer_stops_at_once(int signal)
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum());
        scorer.Client.Dispose(); // lets go of its idle connection
        await Task.Delay(100, Cancelled);

        var watch = Stopwatch.StartNew();
        scorer.Signal(signal);
        Assert.Equal(0, await scorer.WhenExitedAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1)); // about 0.1 s on an idle machine; the full time would be 5 s
        Assert.Matches(" info draining\n.* info stopped\n$", scorer.Output);
    }

    [Fact]
    public async Task A_draining_scorer_is_not_ready_and_still_serves_old_and_new_connections_once()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum());
        using var old = await RawConnection.OpenAsync(scorer.Port);
        await old.SendScoreAsync(Request);
        Assert.DoesNotContain("Connection: close", await old.ReceiveAsync(), StringComparison.Ordinal);

        scorer.Signal(ScorerProcess.SigTerm);
        await SeeAsync(scorer, " info draining\n");

        using (var fresh = await RawConnection.OpenAsync(scorer.Port))
        {
            await fresh.SendAsync("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n");
            var notReady = await fresh.ReceiveAsync();
            Assert.StartsWith("HTTP/1.1 503 ", notReady, StringComparison.Ordinal);
            Assert.EndsWith(BadRequestSpecs.Error("the scorer is draining"), notReady, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: close\r\n", notReady, StringComparison.Ordinal);
        }
        await old.SendScoreAsync(Request);
        var last = await old.ReceiveAsync();
        Assert.EndsWith(Result, last, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", last, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EndOfStreamException>(old.ReceiveAsync);
        Assert.Equal(0, await scorer.WhenExitedAsync());
    }

    [Fact]
    public async Task A_request_in_flight_is_finished_though_the_time_is_up()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Slow(iterations: 0), environment: [("SCORER_DRAIN_SECONDS", "0.1")]);
        using var connection = await RawConnection.OpenAsync(scorer.Port);
        await connection.SendScoreAsync("""{"data": 2000000}""");
        await Task.Delay(100, Cancelled);
        scorer.Signal(ScorerProcess.SigTerm);
        var answer = await connection.ReceiveAsync();
        Assert.EndsWith("""{"result":{"count":2000000}}""", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(0, await scorer.WhenExitedAsync());
    }

    [Fact]
    public async Task An_idle_connection_is_waited_for_no_longer_than_the_drain_time()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum(), environment: [("SCORER_DRAIN_SECONDS", "0.5")]);
        using var idle = await RawConnection.OpenAsync(scorer.Port);
        await idle.SendScoreAsync(Request);
        await idle.ReceiveAsync();

        var watch = Stopwatch.StartNew();
        scorer.Signal(ScorerProcess.SigTerm);
        Assert.Equal(0, await scorer.WhenExitedAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.45), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_scorer_that_is_still_loading_can_be_stopped()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Slow(iterations: 100_000_000));
        await scorer.WhenListeningAsync();
        await SeeAsync(scorer, " info model loaded ");
        scorer.Signal(ScorerProcess.SigTerm);
        Assert.Equal(0, await scorer.WhenExitedAsync());
    }

    [Fact]
    public async Task Clients_that_come_back_to_the_draining_scorer_lose_nothing()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum(), environment: [("SCORER_DRAIN_SECONDS", "10")]);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => SendUntilAsync(() => scorer.Port, stop.Token), Cancelled)).ToList();
        await Task.Delay(300, Cancelled);

        scorer.Signal(ScorerProcess.SigTerm);
        await Task.Delay(1000, Cancelled);
        await stop.CancelAsync();
        var reports = await Task.WhenAll(clients);
        Assert.All(reports, report => Assert.True(report.Connections > 10 && report.Requests > report.Connections, $"{report}"));
        Assert.Equal(0, await scorer.WhenExitedAsync());
    }

    [Fact]
    public async Task Clients_that_are_sent_on_to_the_next_scorer_lose_nothing_in_many_rounds()
    {
        const int Rounds = 12;
        using var stop = new CancellationTokenSource();
        var current = await ScorerProcess.StartAsync(SmallModels.Sum());
        var port = current.Port;
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => SendUntilAsync(() => Volatile.Read(ref port), stop.Token), Cancelled)).ToList();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                var next = await ScorerProcess.StartAsync(SmallModels.Sum());
                var former = current;
                current = next;
                Volatile.Write(ref port, next.Port);
                await using (former)
                {
                    former.Client.Dispose();
                    var watch = Stopwatch.StartNew();
                    former.Signal(ScorerProcess.SigTerm);
                    Assert.Equal(0, await former.WhenExitedAsync());
                    Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3)); // every client was told to go; nobody waits out the 5 s
                }
            }
            await stop.CancelAsync();
            Assert.All(await Task.WhenAll(clients), report => Assert.True(report.Connections >= Rounds, $"{report}"));
        }
        finally
        {
            await stop.CancelAsync();
            await current.DisposeAsync();
        }
    }

    /// <summary>Sends over one connection until told <c>Connection: close</c>, then over a new one. Anything but the right answer throws.</summary>
    private static async Task<(int Connections, int Requests)> SendUntilAsync(Func<int> port, CancellationToken stop)
    {
        var (connections, requests) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            using var connection = await RawConnection.OpenAsync(port());
            connections++;
            while (!stop.IsCancellationRequested)
            {
                await connection.SendScoreAsync(Request);
                var answer = await connection.ReceiveAsync();
                requests++;
                Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
                Assert.EndsWith(Result, answer, StringComparison.Ordinal);
                if (answer.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal))
                    break;
            }
        }
        return (connections, requests);
    }

    private static async Task SeeAsync(ScorerProcess scorer, string text)
    {
        for (var watch = Stopwatch.StartNew(); !scorer.Output.Contains(text, StringComparison.Ordinal); await Task.Delay(5, Cancelled))
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
