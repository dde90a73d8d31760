namespace Deployer.Engine;

/// <summary>How long a step has been going, on the clock that no one can set back.</summary>
internal sealed class StepClock(TimeProvider time, TimeSpan deadline)
{
    private readonly long start = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(start);

    /// <summary>What the step said last that it waits for.</summary>
    public string? WaitingFor { get; set; }

    public DeployerException DeadlinePassed(string step) => new(
        FailureCode.Deadline,
        $"{step}: not finished after {deadline.TotalSeconds:0.#} s{(WaitingFor is null ? "" : $", still waiting for {WaitingFor}")}. What was started goes on.",
        "Run `deployer resume` to go on waiting.");
}
