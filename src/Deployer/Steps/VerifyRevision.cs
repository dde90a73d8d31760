using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Planning;

namespace Deployer.Steps;

/// <summary>A revision to prove: where it listens, and what it must answer.</summary>
public sealed record VerifyRevisionInput(StartedRevision Revision, VerificationPlan Plan);

/// <param name="Requests">How many golden requests were answered right.</param>
/// <param name="LargestDifference">From any expected number.</param>
public sealed record Proof(int Requests, double LargestDifference);

/// <summary>
/// Sends the golden requests and holds the answers against the expected ones. It only reads, so it is done every time: a deployment without
/// changes still proves itself.
/// </summary>
public sealed class VerifyRevision(string name, GoldenFiles golden, ScoringClient client, TimeProvider time) : IStep<VerifyRevisionInput, Proof>
{
    // What was proven while observing need not be proven again while polling.
    private (string Identity, Proof Proof)? proved;

    public string Name => name;

    public TimeSpan Deadline => TimeSpan.FromMinutes(15);

    public Pace Pace => Pace.Local;

    public string Identity(VerifyRevisionInput input) => $"{input.Revision.Image}\n{input.Plan.Hash}";

    public async Task<Observation<Proof>> ObserveAsync(VerifyRevisionInput input, CancellationToken cancellationToken)
    {
        try
        {
            Proof proof = await ProveAsync(input, cancellationToken).ConfigureAwait(false);
            proved = (Identity(input), proof);
            return new Observation<Proof>.Match(proof);
        }
        catch (DeployerException e)
        {
            return new Observation<Proof>.Broken(e);
        }
    }

    /// <summary>An answer that was never asked for before is a proof made, not one found.</summary>
    public Decision Decide(Observation<Proof> observation, bool recordedDone, bool adoptForeign) =>
        Decisions.Of(observation, recordedDone, adoptForeign) is var decision and not Decision.Adopt ? decision : Decision.Act;

    public Task ActAsync(VerifyRevisionInput input, IProgress<Amount> progress, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Poll<Proof>> PollAsync(VerifyRevisionInput input, CancellationToken cancellationToken) =>
        new Poll<Proof>.Succeeded(
            proved is { } done && done.Identity == Identity(input) ? done.Proof : await ProveAsync(input, cancellationToken).ConfigureAwait(false));

    public Task<bool> UndoAsync(VerifyRevisionInput input, CancellationToken cancellationToken) => Task.FromResult(false);

    public JsonObject Describe(Proof output) => new() { ["requests"] = output.Requests, ["largestDifference"] = output.LargestDifference };

    private async Task<Proof> ProveAsync(VerifyRevisionInput input, CancellationToken cancellationToken)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(input.Plan.RequestTimeoutSeconds);
        double largest = 0;
        foreach (GoldenPlan g in input.Plan.Golden)
        {
            byte[] request = await golden.ReadAsync(g.RequestSha256, g.Request, cancellationToken).ConfigureAwait(false);
            byte[] expected = await golden.ReadAsync(g.ResponseSha256, g.Response, cancellationToken).ConfigureAwait(false);
            ScoringAnswer answer = await client.ScoreAsync(input.Revision.ScoringUri, request, timeout, time, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess)
                throw Wrong(input, g.Request, $"answered {(int)answer.Status} {ScoringClient.Short(answer.Body)}");
            AnswerComparison comparison = Compare(g, expected, answer, input.Plan);
            if (comparison.Mismatch is not null) throw Wrong(input, g.Request, $"answered wrongly at {comparison.Mismatch} (in {g.Response})");
            largest = Math.Max(largest, comparison.LargestDifference);
        }
        if (input.Plan is { Golden.Count: 0, SampleRequest: { } sample })
        {
            ScoringAnswer answer = await client.ScoreAsync(input.Revision.ScoringUri, Encoding.UTF8.GetBytes(sample), timeout, time, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess) throw Wrong(input, "the sample request", $"answered {(int)answer.Status} {ScoringClient.Short(answer.Body)}");
        }
        return new Proof(input.Plan.Golden.Count, largest);
    }

    private static AnswerComparison Compare(GoldenPlan g, byte[] expected, ScoringAnswer answer, VerificationPlan plan)
    {
        try
        {
            return AnswerComparison.Of(Encoding.UTF8.GetString(expected), answer.Body, plan.AbsoluteTolerance, plan.RelativeTolerance);
        }
        catch (JsonException e)
        {
            throw new DeployerException(FailureCode.Verification, $"{g.Response} or the answer to it is not JSON: {e.Message}",
                "Mend the golden file.", e);
        }
    }

    private static DeployerException Wrong(VerifyRevisionInput input, string request, string what) => new(
        FailureCode.Verification,
        $"Revision {input.Revision.Number} did not prove itself: {request}: {what}.",
        "If the new answer is the right one, put it into the golden file; otherwise look at the model and its outputs. The former revision, if any, goes on serving.");
}
