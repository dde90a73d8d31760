using System.Security.Cryptography;
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
/// Sends the golden requests to a revision that does not serve yet and holds its answers against the expected ones. It only reads, so it is
/// done every time: a deployment without changes still proves itself.
/// </summary>
public sealed class VerifyRevision(ScoringClient client, TimeProvider time) : IStep<VerifyRevisionInput, Proof>
{
    private (string Identity, Proof Proof)? proved;

    public string Name => "verify";

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

    public Task UndoAsync(VerifyRevisionInput input, CancellationToken cancellationToken) => Task.CompletedTask;

    public JsonObject Describe(Proof output) => new() { ["requests"] = output.Requests, ["largestDifference"] = output.LargestDifference };

    private async Task<Proof> ProveAsync(VerifyRevisionInput input, CancellationToken cancellationToken)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(input.Plan.RequestTimeoutSeconds);
        double largest = 0;
        foreach (GoldenPlan golden in input.Plan.Golden)
        {
            byte[] request = await ReadAsync(golden.Request, golden.RequestSha256, cancellationToken).ConfigureAwait(false);
            byte[] expected = await ReadAsync(golden.Response, golden.ResponseSha256, cancellationToken).ConfigureAwait(false);
            ScoringAnswer answer = await client.ScoreAsync(input.Revision.ScoringUri, request, timeout, time, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess)
                throw Wrong(input, golden.Request, $"answered {(int)answer.Status} {ScoringClient.Short(answer.Body)}");
            AnswerComparison comparison = Compare(golden, expected, answer, input.Plan);
            if (comparison.Mismatch is not null) throw Wrong(input, golden.Request, $"answered wrongly at {comparison.Mismatch} (in {golden.Response})");
            largest = Math.Max(largest, comparison.LargestDifference);
        }
        if (input.Plan is { Golden.Count: 0, SampleRequest: { } sample })
        {
            ScoringAnswer answer = await client.ScoreAsync(input.Revision.ScoringUri, Encoding.UTF8.GetBytes(sample), timeout, time, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess) throw Wrong(input, "the sample request", $"answered {(int)answer.Status} {ScoringClient.Short(answer.Body)}");
        }
        return new Proof(input.Plan.Golden.Count, largest);
    }

    private static AnswerComparison Compare(GoldenPlan golden, byte[] expected, ScoringAnswer answer, VerificationPlan plan)
    {
        try
        {
            return AnswerComparison.Of(Encoding.UTF8.GetString(expected), answer.Body, plan.AbsoluteTolerance, plan.RelativeTolerance);
        }
        catch (JsonException e)
        {
            throw new DeployerException(FailureCode.Verification, $"{golden.Response} or the answer to it is not JSON: {e.Message}",
                "Mend the golden file.", e);
        }
    }

    private static async Task<byte[]> ReadAsync(string file, string sha256, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.Verification, $"A golden file cannot be read: {e.Message}", "Put it back, or take it out of config/deployment.yaml.", e);
        }
        if (Convert.ToHexStringLower(SHA256.HashData(content)) == sha256) return content;
        throw new DeployerException(FailureCode.Verification, $"{file} was changed after the plan was made.", "Run `deployer deploy` to plan anew.");
    }

    private static DeployerException Wrong(VerifyRevisionInput input, string request, string what) => new(
        FailureCode.Verification,
        $"Revision {input.Revision.Number} did not prove itself: {request}: {what}.",
        "If the new answer is the right one, put it into the golden file; otherwise look at the model and its outputs. The former revision, if any, goes on serving.");
}
