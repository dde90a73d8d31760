using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Local;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary><c>deployer rollback [NAME]</c>: an earlier revision serves again, started, proven and promoted like a new one.</summary>
public sealed class RollbackCommand(Invocation invocation, DeploymentSetup setup)
{
    private static readonly Argument<string?> Name = Options.OptionalName();
    private static readonly Option<int?> To = new("--to") { Description = "The revision; without it, the one that served before.", HelpName = "REVISION" };
    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("rollback", "Lets an earlier revision serve again, after it has proven itself anew by the golden requests it was deployed with.") { Name, To, Timeout };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) =>
        {
            StateDirectory state = verb.ReadState();
            string name = Verb.EndpointName(state, parsed.GetValue(Name));
            int revision = parsed.GetValue(To) ?? Unfinished(state, name) ?? Former(state.Endpoint(name), name);
            return RollBackAsync(verb, state, name, revision, TimeSpan.FromSeconds(parsed.GetValue(Timeout)), token);
        }));
        return command;
    }

    /// <summary>The run itself, for a fresh rollback and for a resumed one.</summary>
    public async Task<int> RollBackAsync(Verb verb, StateDirectory state, string name, int number, TimeSpan timeout, CancellationToken cancellationToken)
    {
        LocalEndpoint endpoint = state.Endpoint(name);
        Revision revision = endpoint.Find(number);
        BuiltImage image = new ImageBuilder(new OciLayout(revision.Layout)).Find(revision.ImageName) ?? throw new DeployerException(FailureCode.NotFound,
            $"The image of revision {number} is no longer in {revision.Layout}.", "Deploy that model again with `deployer deploy`.");

        DeploymentPlan plan = DeploymentPlan.FromJson(revision.Plan);
        var pinned = new JsonObject { ["name"] = name, ["to"] = number };
        var terms = new RunTerms(RunId.New(verb.Surroundings.Time), plan.Deployment, "rollback",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pinned.ToJsonString()))), pinned, timeout);
        var model = new RegisteredModel(revision.ModelName, revision.ModelVersion, $"local:{revision.ModelName}:{revision.ModelVersion}", revision.ModelSha256, revision.Created);
        TargetSteps steps = setup.LocalSteps(state, name, TimeSpan.FromSeconds(plan.Readiness.DeadlineSeconds));
        IReadOnlyList<StepResult> results = [];
        Endpoint serving = await verb.RunAsync(state, terms, async (run, token) =>
        {
            try { return await new DeployWorkflow(steps).ServeAsync(run, new(image, revision.ImageName, model, plan), token).ConfigureAwait(false); }
            finally { results = run.Results; }
        }, cancellationToken).ConfigureAwait(false);

        var deployed = new Deployed(model, image, serving);
        if (verb.IsJson) verb.Answer(ResultDocument.Of(terms.Run, plan, deployed, results));
        else ResultDocument.Print(verb, plan, deployed, results);
        return ExitCodes.Done;
    }

    /// <summary>The same command again goes on with a rollback that was killed: by then the revision it leaves may be "the one before".</summary>
    private static int? Unfinished(StateDirectory state, string name) =>
        RunSession.FindOpenRun(Path.Combine(state.Deployments, DeploymentPlan.DeploymentName("local", name))) is { } open && (string?)open.Data["kind"] == "rollback"
            ? (int)open.Data["planDocument"]!["to"]!
            : null;

    private static int Former(LocalEndpoint endpoint, string name) => endpoint.Route?.History is [.., int former, _] ? former
        : throw new DeployerException(FailureCode.NotFound, $"No other revision of '{name}' served before.", "`deployer status` shows the revisions; name one with --to.");
}
