using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Cli;

/// <summary><c>deployer resume [RUN]</c>: goes on with a run that was killed, let go of or out of time, by the plan it was started with.</summary>
public sealed class ResumeCommand(Invocation invocation, DeploymentSetup setup, DeployCommand deploy, RollbackCommand rollback)
{
    private static readonly Argument<string?> Run = new("RUN")
    {
        Description = "The run; may be left out where only one is unfinished.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("resume", "Goes on with an unfinished run, by the plan it was started with.") { Run, Timeout };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        StateDirectory state = verb.ReadState();
        (string deployment, JournalRecord open) = Find(state, parsed.GetValue(Run));
        JsonNode pinned = open.Data["planDocument"]!;
        var timeout = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
        switch ((string)open.Data["kind"]!)
        {
            case "deploy":
                DeploymentPlan plan = DeploymentPlan.FromJson(pinned);
                DeploymentMaterials materials = await setup.MaterialsAsync(plan, state, cancellationToken).ConfigureAwait(false);
                var terms = new RunTerms(RunId.New(verb.Surroundings.Time), deployment, "deploy", plan.Hash, plan.ToJson(), timeout);
                return await deploy.DeployAsync(verb, state, plan, materials, terms, cancellationToken).ConfigureAwait(false);
            case "rollback":
                return await rollback.RollBackAsync(verb, state, (string)pinned["name"]!, (int)pinned["to"]!, timeout, cancellationToken).ConfigureAwait(false);
            case "delete":
                return await DeleteCommand.DeleteAsync(verb, state, (string)pinned["name"]!, timeout, cancellationToken).ConfigureAwait(false);
            case var kind:
                throw new DeployerException(FailureCode.Usage, $"Run {open.Run} was a `deployer {kind}`.", $"Run `deployer {kind}` again: it goes on where it was.");
        }
    }

    private static (string Deployment, JournalRecord Open) Find(StateDirectory state, string? run)
    {
        List<(string Deployment, JournalRecord Open)> open = [];
        if (Directory.Exists(state.Deployments))
        {
            foreach (string directory in Directory.EnumerateDirectories(state.Deployments).Order(StringComparer.Ordinal))
                if (RunSession.FindOpenRun(directory) is { } record) open.Add((Path.GetFileName(directory), record));
        }
        string there = open.Count == 0 ? "No run is unfinished." : $"Unfinished: {string.Join(", ", open.Select(o => $"{o.Open.Run} ({o.Deployment})"))}.";
        List<(string, JournalRecord)> wanted = [.. open.Where(o => run is null || o.Open.Run == run)];
        return wanted.Count == 1 ? wanted[0] : throw new DeployerException(FailureCode.NotFound,
            run is null ? (open.Count == 0 ? "There is nothing to resume." : $"Which run? {there}") : $"Run {run} is not unfinished. {there}",
            open.Count == 0 ? "`deployer status` shows what is deployed." : "Name one of them.");
    }
}
