using System.Globalization;
using Deployer.Engine;

namespace Deployer.Cli;

/// <summary>One line a happening, for pipes and pipeline logs.</summary>
public sealed class PlainReporter(TextWriter error) : IReporter
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> lastTold = [];

    public void Tell(RunEvent happening)
    {
        lock (gate)
        {
            if (Line(happening) is { } line) error.WriteLine(line);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string? Line(RunEvent happening) => happening switch
    {
        RunEvent.RunStarted e => $"run {e.Run}: {e.Kind} {e.Deployment}{(e.ResumeOf is null ? "" : $", going on with {e.ResumeOf}")}",
        RunEvent.StepDecided { Decision: Decision.Skip or Decision.Adopt } => null,
        RunEvent.StepDecided e => $"{Padded(e.Step)} {Words.Deciding(e)}",
        RunEvent.StepWaiting e => $"{Padded(e.Step)} waiting for {e.WaitingFor} ({Words.Span(e.Elapsed)})",
        RunEvent.StepProgressed e => Progress(e),
        RunEvent.StepFinished e => $"{Padded(e.Step)} {Words.Done(e)}",
        RunEvent.StepFailed e => $"{Padded(e.Step)} {(e.Code == FailureCode.Deadline ? "still running" : "failed")} after {Words.Span(e.Elapsed)}",
        RunEvent.StepUndone e => $"{Padded(e.Step)} put back",
        RunEvent.Note e => $"note: {e.Message}",
        RunEvent.RunFinished e => $"run {e.Run}: {e.Outcome} in {Words.Span(e.Elapsed)}",
        _ => null,
    };

    private string? Progress(RunEvent.StepProgressed e)
    {
        // The first report starts the clock: what is over within seconds says nothing in between.
        if (e.Amount.Total == 0 || lastTold.TryAdd(e.Step, e.Time) || e.Time - lastTold[e.Step] < ProgressEvery) return null;
        lastTold[e.Step] = e.Time;
        return string.Create(CultureInfo.InvariantCulture,
            $"{Padded(e.Step)} {e.Amount.Done * 100 / e.Amount.Total} % of {Words.Bytes(e.Amount.Total)}");
    }

    private static string Padded(string step) => step.PadRight(16);
}
