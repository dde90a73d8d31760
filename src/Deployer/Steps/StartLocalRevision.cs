using System.Globalization;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Steps;

/// <summary>What starting needs: the image and its name in the layout, the model it carries, and the plan it comes from.</summary>
public sealed record StartRevisionInput(BuiltImage Image, string ImageName, RegisteredModel Model, DeploymentPlan Plan);

/// <summary>A revision that runs and is ready, whether or not it serves.</summary>
/// <param name="Number">In the endpoint's order of revisions.</param>
/// <param name="Image">Manifest digest.</param>
/// <param name="Port">On loopback.</param>
/// <param name="ScoringUri">Where it scores, around the front.</param>
public sealed record StartedRevision(int Number, string Image, int Port, Uri ScoringUri);

/// <summary>What a scorer process on this machine is given besides its image.</summary>
/// <param name="Variables">Environment variables, such as where the .NET runtime is; nothing else is inherited.</param>
public sealed record LocalRuntime(IReadOnlyDictionary<string, string> Variables);

/// <summary>Starts an image's scorer beside whatever serves now, and waits until it is ready. Serving is another step's business.</summary>
public sealed class StartLocalRevision(LocalEndpoint endpoint, LocalRuntime runtime, ScoringClient client, TimeProvider time, TimeSpan deadline)
    : IStep<StartRevisionInput, StartedRevision>
{
    private const int ProbesBeforeHung = 5;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan HangPatience = TimeSpan.FromSeconds(2);

    public string Name => "start-revision";

    public TimeSpan Deadline => deadline;

    public Pace Pace => Pace.Local;

    public string Identity(StartRevisionInput input) => input.Image.Digest.ToString();

    public async Task<Observation<StartedRevision>> ObserveAsync(StartRevisionInput input, CancellationToken cancellationToken)
    {
        if (Find(input) is not { } revision) return new Observation<StartedRevision>.Absent();
        RunDirectory run = endpoint.Run(revision.Number);
        if (!run.IsHeld && !run.IsStarting) return new Observation<StartedRevision>.Differs($"revision {revision.Number} is stopped");
        if (run.IsStopping) return new Observation<StartedRevision>.Differs($"revision {revision.Number} is being stopped");
        for (int attempt = 1; ; attempt++)
        {
            switch (await PollAsync(input, cancellationToken).ConfigureAwait(false))
            {
                case Poll<StartedRevision>.Succeeded ready:
                    return new Observation<StartedRevision>.Match(ready.Value);
                case Poll<StartedRevision>.Running waiting when run.Process is not { Ready: true }:
                    return new Observation<StartedRevision>.InProgress(waiting.WaitingFor);
                // It was ready once. It may be busy; that it hangs is believed only when it fails several probes, each with its own timeout.
                case Poll<StartedRevision>.Running waiting when attempt == ProbesBeforeHung:
                    return new Observation<StartedRevision>.Differs($"revision {revision.Number} runs but no longer answers: waited for {waiting.WaitingFor}");
                case Poll<StartedRevision>.Failed:
                    return new Observation<StartedRevision>.Differs($"revision {revision.Number} is stopped");
            }
        }
    }

    public async Task ActAsync(StartRevisionInput input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        Revision revision = Find(input) ?? endpoint.Add(number => new Revision
        {
            Number = number,
            Image = input.Image.Digest.ToString(),
            Layout = input.Image.Layout,
            ImageName = input.ImageName,
            ModelName = input.Model.Name,
            ModelVersion = input.Model.Version,
            ModelSha256 = input.Model.Sha256,
            Plan = input.Plan.ToJson(),
            Created = time.GetUtcNow(),
        });
        RunDirectory run = endpoint.Run(revision.Number);
        await run.StopAsync(run.IsStopping ? StopPatience : HangPatience, time, cancellationToken).ConfigureAwait(false);

        var layout = new OciLayout(input.Image.Layout);
        string rootFs = endpoint.RootFs(revision.Number);
        LayerUnpacker.Unpack(layout, input.Image.Digest, rootFs, cancellationToken);

        ContainerConfig config = layout.ReadConfig(Digest.Parse(layout.ReadManifest(input.Image.Digest).Config.Digest)).Config;
        Dictionary<string, string> environment = new(runtime.Variables);
        foreach (string variable in config.Env)
        {
            string[] parts = variable.Split('=', 2);
            if (parts[0] != "PATH") environment[parts[0]] = parts[1];
        }
        environment["SCORER_ADDRESS"] = "127.0.0.1";
        environment["SCORER_PORT"] = "0";
        environment["SCORER_RUN_DIR"] = run.Path;
        run.Start(rootFs + config.Entrypoint[0], [.. config.Entrypoint.Skip(1)], environment);
    }

    public async Task<Poll<StartedRevision>> PollAsync(StartRevisionInput input, CancellationToken cancellationToken)
    {
        Revision revision = Find(input) ?? throw new InvalidOperationException("A revision is recorded before it is started.");
        RunDirectory run = endpoint.Run(revision.Number);
        if (run.Process is not { } process)
            return run.IsHeld || run.IsStarting ? new Poll<StartedRevision>.Running("the scorer to start") : new Poll<StartedRevision>.Failed(Died(revision, run));

        var root = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{process.Port}"));
        string? notReady = await client.NotReadyAsync(
            new Uri(root, input.Plan.Image.Scoring.ReadinessRoute), TimeSpan.FromSeconds(input.Plan.Readiness.TimeoutSeconds), time, cancellationToken).ConfigureAwait(false);
        if (notReady is null)
            return new Poll<StartedRevision>.Succeeded(
                new StartedRevision(revision.Number, revision.Image, process.Port, new Uri(root, input.Plan.Image.Scoring.ScoringRoute)));
        return run.IsHeld ? new Poll<StartedRevision>.Running($"revision {revision.Number} to be ready: {notReady}") : new Poll<StartedRevision>.Failed(Died(revision, run));
    }

    /// <summary>Stops the revision, unless it is the one that serves.</summary>
    public async Task<bool> UndoAsync(StartRevisionInput input, CancellationToken cancellationToken)
    {
        if (Find(input) is not { } revision || endpoint.Route?.Revision == revision.Number) return false;
        await endpoint.Run(revision.Number).StopAsync(StopPatience, time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public JsonObject Describe(StartedRevision output) => new() { ["revision"] = output.Number, ["image"] = output.Image, ["port"] = output.Port };

    private Revision? Find(StartRevisionInput input) => endpoint.Revisions.LastOrDefault(r => r.Image == input.Image.Digest.ToString());

    private static DeployerException Died(Revision revision, RunDirectory run) => new(
        FailureCode.RevisionFailed,
        $"The scorer of revision {revision.Number} stopped before it was ready. Its last words:\n{run.LogTail(20)}",
        $"Mend what it names. The whole log is {run.LogFile}. The former revision, if any, goes on serving.");
}
