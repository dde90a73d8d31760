using System.CommandLine;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Cli;

/// <summary><c>deployer deploy</c>: the whole workflow.</summary>
public sealed class DeployCommand(Invocation invocation, DeploymentSetup setup)
{
    private static readonly Option<string> Target = Options.Target();
    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("deploy", "Registers the model, builds the image, starts it, proves it with the golden requests, and lets it serve.")
        {
            Target, Timeout,
        };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        var configuration = verb.ReadConfiguration();
        StateDirectory state = Verb.StateOf(configuration.Workspace);
        state.Prepare();
        (DeploymentPlan plan, var model, var scorer) =
            await setup.PlanAsync(parsed.GetValue(Target)!, configuration, keepGolden: true, cancellationToken).ConfigureAwait(false);
        var terms = new RunTerms(RunId.New(verb.Surroundings.Time), plan.Deployment, "deploy", plan.Hash, plan.ToJson(),
            TimeSpan.FromSeconds(parsed.GetValue(Timeout)));
        return await DeployAsync(verb, state, plan, DeploymentSetup.Materials(plan, model, scorer, state), terms, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The run itself, for a fresh plan and for a resumed one.</summary>
    public async Task<int> DeployAsync(
        Verb verb, StateDirectory state, DeploymentPlan plan, DeploymentMaterials materials, RunTerms terms, CancellationToken cancellationToken)
    {
        TargetSteps steps = setup.LocalSteps(state, plan.Name, TimeSpan.FromSeconds(plan.Readiness.DeadlineSeconds));
        IReadOnlyList<StepResult> results = [];
        try
        {
            Deployed deployed = await verb.RunAsync(state, terms, async (run, token) =>
            {
                try { return await new DeployWorkflow(steps).RunAsync(run, plan, materials, token).ConfigureAwait(false); }
                finally { results = run.Results; }
            }, cancellationToken).ConfigureAwait(false);

            if (verb.IsJson) verb.Answer(ResultDocument.Of(terms.Run, plan, deployed, results));
            else ResultDocument.Print(verb, plan, deployed, results);
            return ExitCodes.Done;
        }
        catch (DeployerException e) when (verb.IsJson)
        {
            verb.Answer(ResultDocument.OfFailure(terms.Run, plan, e, results));
            throw;
        }
    }
}
