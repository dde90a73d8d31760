using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Cli;

/// <summary><c>deployer status [NAME]</c>: what is deployed on this machine, and whether it lives.</summary>
public sealed class StatusCommand(Invocation invocation)
{
    private static readonly Argument<string?> Name = Options.OptionalName();

    public Command Create()
    {
        var command = new Command("status", "Shows the endpoints, what serves, and the revisions to go back to.") { Name };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, _) =>
        {
            StateDirectory state = verb.ReadState();
            IReadOnlyList<string> names = parsed.GetValue(Name) is { } name ? [Verb.EndpointName(state, name)] : state.EndpointNames;
            List<JsonObject> endpoints = [.. names.Select(n => Describe(state, n))];
            if (verb.IsJson) verb.Answer(new JsonObject { ["schema"] = "deployer.status/1", ["endpoints"] = new JsonArray([.. endpoints]) });
            else Print(verb, endpoints);
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    private static JsonObject Describe(StateDirectory state, string name)
    {
        LocalEndpoint endpoint = state.Endpoint(name);
        Route? route = endpoint.Route;
        ProcessFile? front = endpoint.Front.Process;
        bool scorer = route is not null && endpoint.Run(route.Revision).Process is not null;
        JournalRecord? open = RunSession.FindOpenRun(Path.Combine(state.Deployments, DeploymentPlan.DeploymentName("local", name)));
        return new JsonObject
        {
            ["name"] = name,
            ["target"] = "local",
            ["state"] = route is null ? "not deployed" : front is not null && scorer ? "serving" : "stopped",
            ["url"] = front is null ? null : $"http://127.0.0.1:{front.Port}/",
            ["revision"] = route?.Revision,
            ["unfinishedRun"] = open?.Run,
            ["revisions"] = new JsonArray([.. endpoint.Revisions.Select(r => (JsonNode)new JsonObject
            {
                ["number"] = r.Number,
                ["model"] = $"{r.ModelName}:{r.ModelVersion}",
                ["modelSha256"] = r.ModelSha256,
                ["image"] = r.Image,
                ["created"] = r.Created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                ["running"] = endpoint.Run(r.Number).IsHeld,
                ["served"] = route?.History.Contains(r.Number) ?? false,
            })]),
        };
    }

    private static void Print(Verb verb, List<JsonObject> endpoints)
    {
        if (endpoints.Count == 0) verb.Out.WriteLine("Nothing is deployed here. `deployer deploy` changes that.");
        foreach (JsonObject endpoint in endpoints)
        {
            verb.Out.WriteLine($"{endpoint["name"]}  {endpoint["state"]}  {endpoint["url"]}".TrimEnd());
            if (endpoint["unfinishedRun"] is { } run) verb.Out.WriteLine($"  run {run} did not finish: `deployer resume` goes on with it");
            foreach (JsonNode? revision in endpoint["revisions"]!.AsArray())
            {
                string mark = (int)revision!["number"]! == (int?)endpoint["revision"] ? "*" : " ";
                string state = (bool)revision["running"]! ? "running" : (bool)revision["served"]! ? "stopped, can be rolled back to" : "never served";
                verb.Out.WriteLine($"  {mark} revision {revision["number"]}  {revision["model"]}  {revision["created"]}  {state}");
            }
        }
    }
}
