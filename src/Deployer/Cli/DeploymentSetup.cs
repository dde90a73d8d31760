using Deployer.Configuration;
using Deployer.Local;
using Deployer.Models;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary>Reads what a deployment is made of and plans it; puts together the steps of its target.</summary>
public sealed class DeploymentSetup(Surroundings surroundings)
{
    /// <summary>Reads the model, the scorer and the golden files, and plans. Changes nothing but the kept copies of the golden files.</summary>
    /// <param name="target">Where to deploy.</param>
    /// <param name="configuration">As read.</param>
    /// <param name="keepGolden">Whether to keep the golden files for later proofs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DeployerException">The model cannot be used, or a file cannot be read.</exception>
    public async Task<(DeploymentPlan Plan, OnnxModel Model, ScorerRelease Scorer)> PlanAsync(
        string target, LoadedConfiguration configuration, bool keepGolden, CancellationToken cancellationToken)
    {
        OnnxModel model = await OnnxModelReader.ReadAsync(configuration.Deployment.Model.Path, null, cancellationToken).ConfigureAwait(false);
        ScorerRelease scorer = ScorerRelease.Read(surroundings.ScorerFolder);
        var golden = new GoldenFiles(Verb.StateOf(configuration.Workspace).Golden(configuration.Deployment.Name));
        DeploymentPlan plan = Planner.Plan(target, configuration.Deployment, model, scorer, surroundings.Architecture, surroundings.SourceDateEpoch,
            keepGolden ? golden.Keep : GoldenFiles.DigestOf, SampleRequest.For(model).CompactJson);
        return (plan, model, scorer);
    }

    /// <summary>Reads again what a pinned plan names, and holds it against the plan.</summary>
    /// <exception cref="DeployerException">The model or the scorer is no longer the one that was planned.</exception>
    public async Task<DeploymentMaterials> MaterialsAsync(DeploymentPlan plan, StateDirectory state, CancellationToken cancellationToken)
    {
        OnnxModel model = await OnnxModelReader.ReadAsync(plan.Model.Path, null, cancellationToken).ConfigureAwait(false);
        ScorerRelease scorer = ScorerRelease.Read(surroundings.ScorerFolder);
        string? changed = model.Sha256 != plan.Model.Sha256 ? plan.Model.Path : scorer.Digest != plan.Image.Scorer ? "the deployer's own scorer" : null;
        if (changed is not null)
            throw new DeployerException(FailureCode.Configuration, $"{changed} changed after the plan was made.", "Run `deployer deploy` to plan anew.");
        return Materials(plan, model, scorer, state);
    }

    public static DeploymentMaterials Materials(DeploymentPlan plan, OnnxModel model, ScorerRelease scorer, StateDirectory state) =>
        new(model, scorer, state.Images(plan.Name), plan.Image.Hash[..12]);

    /// <summary>The local target's way of taking each step.</summary>
    public TargetSteps LocalSteps(StateDirectory state, string endpointName, TimeSpan readiness)
    {
        LocalEndpoint endpoint = state.Endpoint(endpointName);
        var client = new ScoringClient(surroundings.Http);
        var golden = new GoldenFiles(state.Golden(endpointName));
        var promote = new PromoteLocalRevision(endpoint, surroundings.Front, client, surroundings.Time);
        return new TargetSteps
        {
            Register = new RegisterModelLocally(state.Models, surroundings.Time),
            Build = new BuildImage(),
            Start = new StartLocalRevision(endpoint, surroundings.LocalRuntime, client, surroundings.Time, readiness),
            Verify = new VerifyRevision("verify", golden, client, surroundings.Time),
            Promote = promote,
            Confirm = new VerifyRevision("confirm", golden, client, surroundings.Time),
            Retire = new RetireLocalRevisions(endpoint, surroundings.Time),
            CanGoBack = promote.CanGoBack,
            Serves = () => promote.Serves,
        };
    }
}
