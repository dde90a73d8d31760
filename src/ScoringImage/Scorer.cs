using System.Net;
using ScoringImage.Scoring;
using ScoringImage.Web;

namespace ScoringImage;

/// <summary>How a scorer that was told to stop came to its end.</summary>
public enum ScorerOutcome
{
    Stopped,
    /// <summary>The model is still being loaded, or a run outlived the time given: native threads are at work.</summary>
    StillBusy,
}

/// <summary>
/// READ ME FIRST. The scorer's life: listen, load the model in the background, serve until told to drain, finish what is in flight, stop.
/// </summary>
public sealed class Scorer(ScorerSettings settings, EventLog log, TimeProvider time, DrainSwitch drain)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan InFlightTime = TimeSpan.FromSeconds(30);

    /// <param name="runDirectory">Told the process id and port once the scorer listens; null when there is none.</param>
    /// <param name="processId">Our own.</param>
    /// <param name="workers">Threads one run may use.</param>
    /// <exception cref="ScorerException">The scorer cannot listen, or the model cannot be loaded.</exception>
    public async Task<ScorerOutcome> RunAsync(RunDirectory? runDirectory, int processId, int workers)
    {
        using var host = new ModelHost(settings, log, time);
        var connections = new OpenConnections(time);
        var endpoints = new Endpoints(settings.Routes, host, drain, log);
        var listenOn = new IPEndPoint(settings.Address, settings.Port);
        await using var server = await HttpServer.StartAsync(listenOn, endpoints.HandleAsync, connections, CancellationToken.None);
        runDirectory?.Announce(processId, server.Port, ready: false);
        log.Info($"listening on http://{new IPEndPoint(settings.Address, server.Port)}");

        var loading = Task.Factory.StartNew(() => host.Load(workers), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (await Task.WhenAny(loading, drain.Started) == loading)
        {
            await loading; // throws what made it fail
            runDirectory?.Announce(processId, server.Port, ready: true);
            await drain.Started;
        }

        log.Info("draining");
        using (var window = new CancellationTokenSource(settings.DrainTime, time))
        {
            try
            {
                await connections.WhenQuietAsync(Quiet, window.Token);
            }
            catch (OperationCanceledException)
            {
                // The time is up; whoever is still connected has been told to go, or never asked.
            }
        }

        using var patience = new CancellationTokenSource(InFlightTime, time);
        await server.StopAsync(patience.Token);
        log.Info("stopped");
        return patience.IsCancellationRequested || !loading.IsCompleted ? ScorerOutcome.StillBusy : ScorerOutcome.Stopped;
    }
}
