using System.Globalization;
using System.Text.Json.Nodes;
using Deployer.Engine;

namespace Deployer.Cli;

/// <summary>
/// One JSON object a line, schema <c>deployer.events/1.0</c>: within 1.x, members and types are only added; a reader passes over what it does not know.
/// </summary>
public sealed class JsonReporter : IReporter
{
    private readonly Lock gate = new();
    private readonly TextWriter error;

    public JsonReporter(TextWriter error)
    {
        this.error = error;
        Write(new JsonObject { ["type"] = "version", ["schema"] = "deployer.events/1.0" });
    }

    public void Tell(RunEvent happening)
    {
        JsonObject json = happening switch
        {
            RunEvent.RunStarted e => new() { ["type"] = "run_started", ["run"] = e.Run, ["deployment"] = e.Deployment, ["kind"] = e.Kind, ["resumeOf"] = e.ResumeOf },
            RunEvent.StepStarted e => new() { ["type"] = "step_started", ["step"] = e.Step },
            RunEvent.StepDecided e => new() { ["type"] = "step_decided", ["step"] = e.Step, ["decision"] = e.Decision.Word(), ["verdict"] = e.Verdict, ["detail"] = e.Detail },
            RunEvent.StepWaiting e => new() { ["type"] = "step_waiting", ["step"] = e.Step, ["waitingFor"] = e.WaitingFor, ["seconds"] = Seconds(e.Elapsed) },
            RunEvent.StepProgressed e => new() { ["type"] = "step_progressed", ["step"] = e.Step, ["done"] = e.Amount.Done, ["total"] = e.Amount.Total },
            RunEvent.StepFinished e => new() { ["type"] = "step_finished", ["step"] = e.Step, ["decision"] = e.Decision.Word(), ["seconds"] = Seconds(e.Elapsed) },
            RunEvent.StepFailed e => new() { ["type"] = "step_failed", ["step"] = e.Step, ["code"] = e.Code.ToString(), ["message"] = e.Message, ["seconds"] = Seconds(e.Elapsed) },
            RunEvent.StepUndone e => new() { ["type"] = "step_undone", ["step"] = e.Step },
            RunEvent.Note e => new() { ["type"] = "note", ["message"] = e.Message },
            RunEvent.RunFinished e => new() { ["type"] = "run_finished", ["run"] = e.Run, ["outcome"] = e.Outcome, ["seconds"] = Seconds(e.Elapsed) },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        json["time"] = happening.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Write(json);
    }

    /// <summary>The last line of a run that failed.</summary>
    public void Fail(DeployerException e) => Fail(e.Code.ToString(), e.Message, e.Remedy, ExitCodes.Of(e.Code));

    /// <inheritdoc cref="Fail(DeployerException)"/>
    public void Fail(string code, string message, string remedy, int exitCode) => Write(new JsonObject
    {
        ["type"] = "error",
        ["code"] = code,
        ["message"] = message,
        ["remedy"] = remedy,
        ["exitCode"] = exitCode,
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Write(JsonObject json)
    {
        lock (gate) error.WriteLine(json.ToJsonString());
    }

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
