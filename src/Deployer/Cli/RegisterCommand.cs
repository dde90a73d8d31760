using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary><c>deployer register</c>: the first step of the workflow alone.</summary>
public sealed class RegisterCommand(Invocation invocation, DeploymentSetup setup)
{
    private static readonly Option<string> Target = Options.Target();
    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("register", "Registers the model only. The same bytes never make a second version.") { Target, Timeout };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        var configuration = verb.ReadConfiguration();
        StateDirectory state = Verb.StateOf(configuration.Workspace);
        (DeploymentPlan plan, var model, _) =
            await setup.PlanAsync(parsed.GetValue(Target)!, configuration, keepGolden: false, cancellationToken).ConfigureAwait(false);
        var terms = new RunTerms(RunId.New(verb.Surroundings.Time), plan.Deployment, "register", plan.Hash, plan.ToJson(),
            TimeSpan.FromSeconds(parsed.GetValue(Timeout)));
        TargetSteps steps = setup.LocalSteps(state, plan.Name, TimeSpan.Zero);
        bool created = false;
        RegisteredModel registered = await verb.RunAsync(state, terms, async (run, token) =>
        {
            RegisteredModel done = await run.RunAsync(steps.Register, new RegisterModelInput(plan.Model, model), token).ConfigureAwait(false);
            created = run.Results.Any(r => r.Decision == Decision.Act.Word());
            return done;
        }, cancellationToken).ConfigureAwait(false);

        if (verb.IsJson)
        {
            verb.Answer(new JsonObject
            {
                ["name"] = registered.Name,
                ["version"] = registered.Version,
                ["id"] = registered.Id,
                ["sha256"] = registered.Sha256,
                ["created"] = created,
            });
        }
        else
        {
            verb.Out.WriteLine($"{registered.Name} version {registered.Version} {(created ? "registered" : "was registered already")}, sha256 {registered.Sha256}");
        }
        return ExitCodes.Done;
    }
}
