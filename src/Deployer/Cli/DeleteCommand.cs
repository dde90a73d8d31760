using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary><c>deployer delete NAME</c>: stops and removes an endpoint.</summary>
public sealed class DeleteCommand(Invocation invocation)
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The endpoint." };
    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("delete", "Stops an endpoint and removes it with its images. Registered models stay.") { Name, Timeout };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) =>
        {
            StateDirectory state = verb.ReadState();
            string name = Verb.EndpointName(state, parsed.GetValue(Name));
            return DeleteAsync(verb, state, name, TimeSpan.FromSeconds(parsed.GetValue(Timeout)), token);
        }));
        return command;
    }

    /// <summary>The run itself, for a fresh deletion and for a resumed one.</summary>
    public static async Task<int> DeleteAsync(Verb verb, StateDirectory state, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var terms = new RunTerms(RunId.New(verb.Surroundings.Time), DeploymentPlan.DeploymentName("local", name), "delete", name,
            new JsonObject { ["name"] = name }, timeout);
        await verb.RunAsync(state, terms,
            (run, token) => run.RunAsync(new DeleteLocalEndpoint(state, verb.Surroundings.Time), new DeleteEndpointInput(name), token),
            cancellationToken).ConfigureAwait(false);
        if (verb.IsJson) verb.Answer(new JsonObject { ["schema"] = "deployer.result/1", ["run"] = terms.Run, ["outcome"] = "deleted", ["name"] = name, ["target"] = "local" });
        else verb.Out.WriteLine($"{name} is gone. Its registered models stay.");
        return ExitCodes.Done;
    }
}
