using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Local;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary><c>deployer plan</c>: what <c>deploy</c> would do, by the same observations, changing nothing.</summary>
public sealed class PlanCommand(Invocation invocation, DeploymentSetup setup)
{
    private const string AsPlanned = "as planned already";

    private static readonly Option<string> Target = Options.Target();
    private static readonly Option<bool> DetailedExitCode = new("--detailed-exitcode") { Description = "Exit with 10 when there is something to change." };

    public Command Create()
    {
        var command = new Command("plan", "Shows what deploy would make, change and leave. Changes nothing.") { Target, DetailedExitCode };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        var configuration = verb.ReadConfiguration();
        StateDirectory state = Verb.StateOf(configuration.Workspace);
        (DeploymentPlan plan, var model, var scorer) =
            await setup.PlanAsync(parsed.GetValue(Target)!, configuration, keepGolden: false, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedStep> steps = await ForesightAsync(state, plan, DeploymentSetup.Materials(plan, model, scorer, state), cancellationToken).ConfigureAwait(false);
        bool changes = steps.Any(s => s.Decision != Decision.Skip);

        if (verb.IsJson)
        {
            verb.Answer(new JsonObject
            {
                ["schema"] = "deployer.plan/1",
                ["planHash"] = plan.Hash,
                ["changes"] = changes,
                ["steps"] = new JsonArray([.. steps.Select(s => (JsonNode)new JsonObject { ["name"] = s.Name, ["decision"] = s.Decision.Word(), ["detail"] = s.Detail })]),
                ["plan"] = plan.ToJson(),
            });
        }
        else
        {
            foreach (PlannedStep step in steps) verb.Out.WriteLine($"{(step.Decision == Decision.Skip ? " " : "+")} {step.Name,-16} {step.Detail}");
            verb.Out.WriteLine(changes ? "`deployer deploy` makes it so." : "Nothing to change.");
        }
        return changes && parsed.GetValue(DetailedExitCode) ? ExitCodes.Of(FailureCode.PlanHasChanges) : ExitCodes.Done;
    }

    /// <summary>Observes as far as there is something to observe; what follows a change is a change.</summary>
    private async Task<IReadOnlyList<PlannedStep>> ForesightAsync(
        StateDirectory state, DeploymentPlan plan, DeploymentMaterials materials, CancellationToken cancellationToken)
    {
        TargetSteps steps = setup.LocalSteps(state, plan.Name, TimeSpan.FromSeconds(plan.Readiness.DeadlineSeconds));
        List<PlannedStep> foreseen = [];
        RegisteredModel? registered = await LookAsync(steps.Register, new(plan.Model, materials.Model),
            $"register {plan.Model.Name} ({plan.Model.Sha256[..12]}) as a new version", foreseen, cancellationToken).ConfigureAwait(false);
        BuiltImage? image = await LookAsync(steps.Build, new(plan.Image, materials.Model, materials.Scorer, materials.Layout, materials.ImageName),
            $"build image {materials.ImageName}", foreseen, cancellationToken).ConfigureAwait(false);
        StartedRevision? revision = registered is null || image is null
            ? Follows(steps.Start.Name, "start it as a new revision", foreseen)
            : await LookAsync(steps.Start, new(image, materials.ImageName, registered, plan), "start it as a new revision", foreseen, cancellationToken).ConfigureAwait(false);
        string proof = plan.Verification.Golden.Count == 0 ? "send it a sample request" : $"prove it by {plan.Verification.Golden.Count} golden requests";
        if (revision is null)
        {
            Follows(steps.Verify.Name, proof, foreseen);
            Follows(steps.Promote.Name, "let it serve", foreseen);
            Follows(steps.Confirm.Name, "prove the endpoint in the same way", foreseen);
            Follows(steps.Retire.Name, "drain and stop the revision before, if there is one", foreseen);
            return foreseen;
        }
        // Whether the answers are right shows only when the requests are sent; whether they were ever sent is in the journal.
        IReadOnlySet<string> done = RunSession.DoneKeys(Path.Combine(state.Deployments, plan.Deployment));
        bool proven = done.Contains(StepRunner.KeyOf(plan.Deployment, steps.Verify, new(revision, plan.Verification)));
        foreseen.Add(proven ? new PlannedStep(steps.Verify.Name, Decision.Skip, AsPlanned) : new PlannedStep(steps.Verify.Name, Decision.Act, proof));
        await LookAsync(steps.Promote, new(revision, plan.Local, plan.Image.Scoring, TimeSpan.FromSeconds(plan.Readiness.TimeoutSeconds)),
            "let it serve", foreseen, cancellationToken).ConfigureAwait(false);
        foreseen.Add(proven ? new PlannedStep(steps.Confirm.Name, Decision.Skip, AsPlanned) : new PlannedStep(steps.Confirm.Name, Decision.Act, "prove the endpoint in the same way"));
        await LookAsync(steps.Retire, new(revision.Number, plan.Local.KeepRevisions, materials.Layout), "drain and stop the revision before",
            foreseen, cancellationToken).ConfigureAwait(false);
        return foreseen;
    }

    private static async Task<TOutput?> LookAsync<TInput, TOutput>(
        IStep<TInput, TOutput> step, TInput input, string otherwise, List<PlannedStep> foreseen, CancellationToken cancellationToken) where TOutput : class
    {
        Observation<TOutput> observation = await step.ObserveAsync(input, cancellationToken).ConfigureAwait(false);
        switch (observation)
        {
            case Observation<TOutput>.Match match:
                foreseen.Add(new PlannedStep(step.Name, Decision.Skip, AsPlanned));
                return match.Value;
            case Observation<TOutput>.Broken broken:
                throw broken.Why;
            case Observation<TOutput>.Differs differs:
                foreseen.Add(new PlannedStep(step.Name, Decision.Replace, $"change it: {differs.What}"));
                return differs.Then;
            default:
                foreseen.Add(new PlannedStep(step.Name, step.Decide(observation, recordedDone: false, adoptForeign: false), observation.Detail ?? otherwise));
                return null;
        }
    }

    private static StartedRevision? Follows(string step, string what, List<PlannedStep> foreseen)
    {
        foreseen.Add(new PlannedStep(step, Decision.Act, what));
        return null;
    }

    private sealed record PlannedStep(string Name, Decision Decision, string Detail);
}
