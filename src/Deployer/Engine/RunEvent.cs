namespace Deployer.Engine;

/// <summary>What happens in a run, as it happens. Reporters are told; nobody asks them anything.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    public required DateTimeOffset Time { get; init; }

    public sealed record RunStarted(string Run, string Deployment, string Kind, string? ResumeOf) : RunEvent;

    public sealed record StepStarted(string Step) : RunEvent;

    public sealed record StepDecided(string Step, Decision Decision, string Verdict, string? Detail) : RunEvent;

    public sealed record StepWaiting(string Step, string WaitingFor, TimeSpan Elapsed) : RunEvent;

    public sealed record StepProgressed(string Step, Amount Amount) : RunEvent;

    public sealed record StepFinished(string Step, Decision Decision, TimeSpan Elapsed) : RunEvent;

    public sealed record StepFailed(string Step, FailureCode Code, string Message, TimeSpan Elapsed) : RunEvent;

    public sealed record StepUndone(string Step) : RunEvent;

    public sealed record Note(string Message) : RunEvent;

    public sealed record RunFinished(string Run, string Outcome, TimeSpan Elapsed) : RunEvent;
}
