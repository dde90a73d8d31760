using Deployer.Engine;

namespace Deployer.Cli;

/// <summary>Tells the story of a run on stderr. It is told what happens; nothing depends on it.</summary>
public interface IReporter : IAsyncDisposable
{
    void Tell(RunEvent happening);
}
