using System.Globalization;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Steps;

public sealed record PromoteRevisionInput(StartedRevision Revision, LocalPlan Plan, ScoringPlan Scoring, TimeSpan RequestTimeout);

/// <summary>The endpoint as its callers see it.</summary>
public sealed record Endpoint(Uri Url, Uri ScoringUri, int Revision);

/// <summary>The program that owns an endpoint's port; started with these words before its own.</summary>
public sealed record FrontProgram(string Executable, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Variables);

/// <summary>Makes a proven revision the one that serves: from one connection to the next, at the same URL.</summary>
public sealed class PromoteLocalRevision(LocalEndpoint endpoint, FrontProgram program, ScoringClient client, TimeProvider time)
    : IStep<PromoteRevisionInput, Endpoint>
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the revision that served before still does, or still runs and can be switched back to.</summary>
    /// <param name="candidate">The one that was to take its place.</param>
    public bool CanGoBack(StartedRevision candidate) => endpoint.Route is { } route && (route.Revision != candidate.Number || Former is not null);

    /// <summary>Whether any revision serves now.</summary>
    public bool Serves => endpoint.Route is not null;

    private (int Revision, int Port)? Former =>
        endpoint.Route?.History is [.., int former, _] && endpoint.Run(former).Process is { } process ? (former, process.Port) : null;

    public string Name => "promote";

    public TimeSpan Deadline => TimeSpan.FromMinutes(1);

    public Pace Pace => Pace.Local;

    public string Identity(PromoteRevisionInput input) =>
        string.Create(CultureInfo.InvariantCulture, $"{input.Revision.Number}\n{input.Revision.Port}\n{input.Plan.Port}");

    public Task<Observation<Endpoint>> ObserveAsync(PromoteRevisionInput input, CancellationToken cancellationToken)
    {
        ProcessFile? front = endpoint.Front.Process;
        Observation<Endpoint> observation =
            MustOpen(input, front) && !Front.CanListenOn(input.Plan.Port) ? new Observation<Endpoint>.Broken(Taken(input.Plan.Port, front?.Port))
            : endpoint.Route is not { } route ? new Observation<Endpoint>.Absent()
            : route.Revision != input.Revision.Number ? new Observation<Endpoint>.Differs($"revision {route.Revision} serves")
            : route.Port != input.Revision.Port ? new Observation<Endpoint>.Differs($"revision {route.Revision} was started anew on another port")
            : front is null ? new Observation<Endpoint>.Differs("the front is stopped")
            : MovedPort(input, front) ? new Observation<Endpoint>.Differs($"the endpoint listens on port {front.Port}, not {input.Plan.Port}")
            : new Observation<Endpoint>.Match(EndpointAt(front.Port, input));
        return Task.FromResult(observation);
    }

    public async Task ActAsync(PromoteRevisionInput input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        endpoint.SwitchTo(input.Revision.Number, input.Revision.Port);
        if (endpoint.Front.Process is { } front && MovedPort(input, front))
            await endpoint.Front.StopAsync(StopPatience, time, cancellationToken).ConfigureAwait(false);
        if (endpoint.Front.IsHeld) return;
        string port = input.Plan.Port.ToString(CultureInfo.InvariantCulture);
        endpoint.Front.Start(program.Executable, [.. program.Arguments, endpoint.Directory, port], program.Variables);
    }

    public async Task<Poll<Endpoint>> PollAsync(PromoteRevisionInput input, CancellationToken cancellationToken)
    {
        RunDirectory run = endpoint.Front;
        if (run.Process is not { } front)
            return run.IsHeld || run.IsStarting ? new Poll<Endpoint>.Running("the endpoint's port to be opened") : new Poll<Endpoint>.Failed(Closed(run));
        Endpoint promoted = EndpointAt(front.Port, input);
        string? notReady = await client.NotReadyAsync(
            new Uri(promoted.Url, input.Scoring.ReadinessRoute), input.RequestTimeout, time, cancellationToken).ConfigureAwait(false);
        return notReady is null ? new Poll<Endpoint>.Succeeded(promoted) : new Poll<Endpoint>.Running($"{promoted.Url} to answer: {notReady}");
    }

    /// <summary>Lets the revision serve again that served before.</summary>
    public Task<bool> UndoAsync(PromoteRevisionInput input, CancellationToken cancellationToken)
    {
        if (endpoint.Route?.Revision != input.Revision.Number) return Task.FromResult(false);
        if (endpoint.Route.History.Count <= 1)
        {
            endpoint.RemoveRoute();
            return Task.FromResult(true);
        }
        if (Former is not { } former)
            throw new DeployerException(FailureCode.RollbackFailed, "The revision that served before no longer runs.", "Run `deployer rollback` to start it again.");
        endpoint.SwitchBackTo(former.Revision, former.Port);
        return Task.FromResult(true);
    }

    public JsonObject Describe(Endpoint output) => new() { ["url"] = output.Url.ToString(), ["revision"] = output.Revision };

    private bool MustOpen(PromoteRevisionInput input, ProcessFile? front) =>
        input.Plan.Port != 0 && (front is null ? !endpoint.Front.IsHeld && !endpoint.Front.IsStarting : MovedPort(input, front));

    private static bool MovedPort(PromoteRevisionInput input, ProcessFile front) => input.Plan.Port != 0 && input.Plan.Port != front.Port;

    private static Endpoint EndpointAt(int port, PromoteRevisionInput input)
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        return new Endpoint(url, new Uri(url, input.Scoring.ScoringRoute), input.Revision.Number);
    }

    /// <summary>Said before the old port is closed: the endpoint would be left with none.</summary>
    private static DeployerException Taken(int port, int? serving) => new(
        FailureCode.RemoteOperation,
        string.Create(CultureInfo.InvariantCulture, $"The endpoint cannot {(serving is null ? "listen on" : "move to")} port {port}: another program listens there, or this user may not.")
            + (serving is null ? "" : string.Create(CultureInfo.InvariantCulture, $" It goes on serving at port {serving}.")),
        "Set targets.local.port in config/deployment.yaml to a free port, or stop what uses this one, and run the same command again.");

    private static DeployerException Closed(RunDirectory run) => new(
        FailureCode.RemoteOperation,
        $"The endpoint's port could not be opened. {run.LogTail(5)}",
        "Set targets.local.port in config/deployment.yaml to a free port, or stop what uses this one, and run the same command again.");
}
