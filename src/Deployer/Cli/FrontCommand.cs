using System.CommandLine;
using Deployer.Engine;
using Deployer.Local;

namespace Deployer.Cli;

/// <summary><c>deployer local-front DIR PORT</c>, hidden: the background process that owns a local endpoint's port.</summary>
public sealed class FrontCommand(Surroundings surroundings)
{
    public const string VerbName = "local-front";

    private static readonly Argument<string> Folder = new("DIR");
    private static readonly Argument<int> Port = new("PORT");

    public Command Create()
    {
        var command = new Command(VerbName, "Owns a local endpoint's port.") { Folder, Port };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts(surroundings.ExitNow, surroundings.Time);
            var front = new Front(new LocalEndpoint(parsed.GetValue(Folder)!), surroundings.ProcessId, surroundings.Time);
            return await front.RunAsync(parsed.GetValue(Port), surroundings.Out, interrupts.Token).ConfigureAwait(false);
        });
        return command;
    }
}
