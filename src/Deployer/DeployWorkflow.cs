using Deployer.Engine;
using Deployer.Images;
using Deployer.Models;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer;

/// <summary>
/// A whole deployment, from an .onnx file to a proven endpoint. Each step takes what the one before hands on; whatever is already as planned is left
/// as it is. Killed anywhere and started again, it goes on where it was.
/// </summary>
public sealed class DeployWorkflow(TargetSteps target)
{
    /// <exception cref="DeployerException">A step failed. Whatever served before serves on.</exception>
    public async Task<Deployed> RunAsync(StepRunner run, DeploymentPlan plan, DeploymentMaterials materials, CancellationToken cancellationToken)
    {
        Task<RegisteredModel> registering = run.RunAsync(target.Register, new(plan.Model, materials.Model), cancellationToken);
        Task<BuiltImage> building = run.RunAsync(
            target.Build, new(plan.Image, materials.Model, materials.Scorer, materials.Layout, materials.ImageName), cancellationToken);
        await Task.WhenAll(registering, building).ConfigureAwait(false);

        var candidate = new StartRevisionInput(await building.ConfigureAwait(false), materials.ImageName, await registering.ConfigureAwait(false), plan);
        Endpoint endpoint = await ServeAsync(run, candidate, cancellationToken).ConfigureAwait(false);
        return new Deployed(candidate.Model, candidate.Image, endpoint);
    }

    /// <summary>From an image to the one that serves: started beside the old one, proven, promoted, proven again; then the old one is let go.</summary>
    /// <exception cref="DeployerException">
    /// <see cref="FailureCode.RolledBack"/> or <see cref="FailureCode.RollbackFailed"/> when it failed after promotion.
    /// </exception>
    public async Task<Endpoint> ServeAsync(StepRunner run, StartRevisionInput candidate, CancellationToken cancellationToken)
    {
        DeploymentPlan plan = candidate.Plan;
        StartedRevision revision = await run.RunAsync(target.Start, candidate, cancellationToken).ConfigureAwait(false);
        try
        {
            await run.RunAsync(target.Verify, new(revision, plan.Verification), cancellationToken).ConfigureAwait(false);
        }
        catch (DeployerException e) when (e.Code != FailureCode.Deadline)
        {
            await run.UndoAsync(target.Start, candidate, cancellationToken).ConfigureAwait(false);
            throw;
        }

        var promotion = new PromoteRevisionInput(revision, plan.Local, plan.Image.Scoring, TimeSpan.FromSeconds(plan.Readiness.TimeoutSeconds));
        bool serving = target.Serves();
        Endpoint endpoint;
        try
        {
            endpoint = await run.RunAsync(target.Promote, promotion, cancellationToken).ConfigureAwait(false);
            await run.RunAsync(target.Confirm, new(revision with { ScoringUri = endpoint.ScoringUri }, plan.Verification), cancellationToken).ConfigureAwait(false);
        }
        catch (DeployerException e) when (e.Code != FailureCode.Deadline && (!serving || target.CanGoBack(revision)))
        {
            throw await GoBackAsync(run, candidate, promotion, serving, e, cancellationToken).ConfigureAwait(false);
        }

        await run.RunAsync(target.Retire, new(revision.Number, plan.Local.KeepRevisions, candidate.Image.Layout), cancellationToken).ConfigureAwait(false);
        return endpoint;
    }

    private async Task<DeployerException> GoBackAsync(
        StepRunner run, StartRevisionInput candidate, PromoteRevisionInput promotion, bool serving, DeployerException why, CancellationToken cancellationToken)
    {
        try
        {
            bool promoted = await run.UndoAsync(target.Promote, promotion, cancellationToken).ConfigureAwait(false);
            await run.UndoAsync(target.Start, candidate, cancellationToken).ConfigureAwait(false);
            return promoted && serving ? new DeployerException(FailureCode.RolledBack, $"{why.Message} The former revision serves again.", why.Remedy, why) : why;
        }
        catch (DeployerException e)
        {
            return new DeployerException(FailureCode.RollbackFailed, $"{why.Message} Putting the former revision back failed too: {e.Message}",
                "Run `deployer status` to see what serves, then `deployer rollback`.", e);
        }
    }
}

/// <summary>What a plan is carried out with: files as they were read, and where the image goes.</summary>
/// <param name="Model">The .onnx file.</param>
/// <param name="Scorer">The scorer that goes into the image.</param>
/// <param name="Layout">Folder of the OCI layout the image is built into.</param>
/// <param name="ImageName">The image's name there.</param>
public sealed record DeploymentMaterials(OnnxModel Model, ScorerRelease Scorer, string Layout, string ImageName);

/// <summary>What a deployment left behind.</summary>
public sealed record Deployed(RegisteredModel Model, BuiltImage Image, Endpoint Endpoint);

/// <summary>A target's way of taking each step; the workflow is the same for all.</summary>
public sealed record TargetSteps
{
    public required IStep<RegisterModelInput, RegisteredModel> Register { get; init; }
    public required IStep<BuildImageInput, BuiltImage> Build { get; init; }
    public required IStep<StartRevisionInput, StartedRevision> Start { get; init; }
    /// <summary>Proves a revision that does not serve yet.</summary>
    public required IStep<VerifyRevisionInput, Proof> Verify { get; init; }
    public required IStep<PromoteRevisionInput, Endpoint> Promote { get; init; }
    /// <summary>Proves the endpoint as its callers reach it.</summary>
    public required IStep<VerifyRevisionInput, Proof> Confirm { get; init; }
    public required IStep<RetireRevisionsInput, Retired> Retire { get; init; }
    /// <summary>Whether, without the revision that is being promoted, the one before it serves.</summary>
    public required Func<StartedRevision, bool> CanGoBack { get; init; }
    /// <summary>Whether any revision serves now.</summary>
    public required Func<bool> Serves { get; init; }
}
