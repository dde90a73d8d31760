using System.CommandLine;
using Deployer.Local;
using Deployer.Planning;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary><c>deployer invoke [NAME] --data FILE</c>: one request through the endpoint, as a caller sends it.</summary>
public sealed class InvokeCommand(Invocation invocation)
{
    private static readonly Argument<string?> Name = Options.OptionalName();
    private static readonly Option<string> Data = new("--data") { Description = "The request: a JSON file, or - for standard input.", HelpName = "FILE", Required = true };

    public Command Create()
    {
        var command = new Command("invoke", "Scores one request through the endpoint and prints the answer.") { Name, Data };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        StateDirectory state = verb.ReadState();
        string name = Verb.EndpointName(state, parsed.GetValue(Name));
        LocalEndpoint endpoint = state.Endpoint(name);
        if (endpoint.Front.Process is not { } front || endpoint.Route is not { } route)
            throw new DeployerException(FailureCode.NotFound, $"'{name}' is stopped.", "Run `deployer deploy` to start it.");
        DeploymentPlan plan = DeploymentPlan.FromJson(endpoint.Find(route.Revision).Plan);

        // Waited for aside, for a terminal's standard input cannot be cancelled.
        byte[] request = await Task.Run(() => Read(verb, parsed.GetValue(Data)!), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        var uri = new Uri(new Uri($"http://127.0.0.1:{front.Port}"), plan.Image.Scoring.ScoringRoute);
        ScoringAnswer answer = await new ScoringClient(verb.Surroundings.Http).ScoreAsync(
            uri, request, TimeSpan.FromSeconds(plan.Verification.RequestTimeoutSeconds), verb.Surroundings.Time, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw new DeployerException(FailureCode.RemoteOperation, $"{uri} answered {(int)answer.Status}: {ScoringClient.Short(answer.Body)}",
                (int)answer.Status < 500 ? "Mend the request; `deployer inspect MODEL` shows one that works." : "Look at `deployer logs`.");
        verb.Out.WriteLine(answer.Body);
        return ExitCodes.Done;
    }

    private static byte[] Read(Verb verb, string source)
    {
        if (source != "-") return RequestFile.Read(Path.GetFullPath(source, verb.Surroundings.CurrentFolder));
        try
        {
            return RequestFile.Read(verb.Surroundings.In);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"Standard input cannot be read: {e.Message.TrimEnd('.')}.", "Send one JSON request.", e);
        }
    }
}
