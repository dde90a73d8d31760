using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Local;

namespace Deployer.Steps;

/// <param name="Serving">The revision that stays.</param>
/// <param name="Keep">How many former revisions to keep for <c>rollback</c>.</param>
/// <param name="Layout">Folder of the endpoint's images.</param>
public sealed record RetireRevisionsInput(int Serving, int Keep, string Layout);

/// <summary>Only the serving revision runs.</summary>
public sealed record Retired;

/// <summary>Drains and stops every scorer but the serving one, and clears away revisions too old to go back to.</summary>
public sealed class RetireLocalRevisions(LocalEndpoint endpoint, TimeProvider time) : IStep<RetireRevisionsInput, Retired>
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(45);

    public string Name => "retire";

    public TimeSpan Deadline => TimeSpan.FromMinutes(2);

    public Pace Pace => Pace.Local;

    public string Identity(RetireRevisionsInput input) => $"{input.Serving}\n{input.Keep}";

    public Task<Observation<Retired>> ObserveAsync(RetireRevisionsInput input, CancellationToken cancellationToken)
    {
        int[] running = [.. Others(input).Where(IsRunning)];
        Observation<Retired> observation =
            running.Length > 0 ? new Observation<Retired>.Differs($"revision {string.Join(", ", running)} to stop")
            : endpoint.Strays.Count > 0 ? new Observation<Retired>.Differs("there are processes of this endpoint that nothing accounts for")
            : Obsolete(input).Any() ? new Observation<Retired>.Differs("there are revisions too old to keep")
            : new Observation<Retired>.Match(new Retired());
        return Task.FromResult(observation);
    }

    /// <summary>Nothing to retire is nothing done, even where no run has said so before.</summary>
    public Decision Decide(Observation<Retired> observation, bool recordedDone, bool adoptForeign) =>
        observation is Observation<Retired>.Match ? Decision.Skip : Decisions.Of(observation, recordedDone, adoptForeign);

    public async Task ActAsync(RetireRevisionsInput input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        int[] running = [.. Others(input).Where(IsRunning)];
        await Task.WhenAll(running.Select(r => endpoint.Run(r).StopAsync(DrainPatience, time, cancellationToken))).ConfigureAwait(false);
        endpoint.EndStrays();
        foreach (int revision in Obsolete(input).ToArray()) endpoint.Remove(revision);
        foreach (int revision in Others(input))
            if (Directory.Exists(endpoint.RootFs(revision))) Directory.Delete(endpoint.RootFs(revision), recursive: true);
        new OciLayout(input.Layout).KeepOnly(endpoint.Revisions.Select(r => r.ImageName).ToHashSet(StringComparer.Ordinal));
    }

    public async Task<Poll<Retired>> PollAsync(RetireRevisionsInput input, CancellationToken cancellationToken) =>
        await ObserveAsync(input, cancellationToken).ConfigureAwait(false) is Observation<Retired>.Differs differs
            ? new Poll<Retired>.Running(differs.What)
            : new Poll<Retired>.Succeeded(new Retired());

    public Task<bool> UndoAsync(RetireRevisionsInput input, CancellationToken cancellationToken) => Task.FromResult(false);

    public JsonObject Describe(Retired output) => [];

    private bool IsRunning(int revision) => endpoint.Run(revision) is { } run && (run.IsHeld || run.IsStarting);

    private IEnumerable<int> Others(RetireRevisionsInput input) => endpoint.Numbers.Where(n => n != input.Serving);

    /// <summary>Those that served longest ago, and those that never served, beyond the number to keep.</summary>
    private IEnumerable<int> Obsolete(RetireRevisionsInput input)
    {
        List<int> history = [.. endpoint.Route?.History ?? []];
        return Others(input).OrderByDescending(n => history.IndexOf(n)).ThenByDescending(n => n).Skip(input.Keep);
    }
}
