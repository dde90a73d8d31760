using System.CommandLine;
using Deployer.Local;

namespace Deployer.Cli;

/// <summary><c>deployer logs [NAME]</c>: what a revision's scorer printed.</summary>
public sealed class LogsCommand(Invocation invocation)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private static readonly Argument<string?> Name = Options.OptionalName();
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on printing what comes, until Ctrl-C." };
    private static readonly Option<int> Tail = new("--tail") { Description = "Begin with the last N lines.", HelpName = "N", DefaultValueFactory = _ => 100 };
    private static readonly Option<int?> Revision = new("--revision") { Description = "Another revision than the one that serves.", HelpName = "N" };

    public Command Create()
    {
        Options.TakesWholeNumber(Tail, 0, int.MaxValue, "a whole number of lines");
        Options.TakesWholeNumber(Revision, 1, int.MaxValue, "the number of a revision");
        var command = new Command("logs", "Prints what the scorer of the serving revision printed.") { Name, Follow, Tail, Revision };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        StateDirectory state = verb.ReadState();
        string name = Verb.EndpointName(state, parsed.GetValue(Name));
        LocalEndpoint endpoint = state.Endpoint(name);
        int revision = parsed.GetValue(Revision) ?? endpoint.Route?.Revision ?? endpoint.Revisions.Select(r => r.Number).DefaultIfEmpty().Max();
        string file = endpoint.Run(revision).LogFile;
        if (!File.Exists(file))
            throw new DeployerException(FailureCode.NotFound, $"Revision {revision} of '{name}' has no log.", "`deployer status` shows the revisions there are.");

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        Queue<string> last = [];
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            last.Enqueue(line);
            if (last.Count > parsed.GetValue(Tail)) last.Dequeue();
        }
        foreach (string line in last) verb.Out.WriteLine(line);
        while (parsed.GetValue(Follow) && !cancellationToken.IsCancellationRequested)
        {
            while (await reader.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line) verb.Out.WriteLine(line);
            await verb.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await Task.Delay(Look, verb.Surroundings.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCodes.Done;
    }
}
