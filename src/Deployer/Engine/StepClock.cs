namespace Deployer.Engine;

/// <summary>How long a step has been going, on the clock that no one can set back.</summary>
internal sealed class StepClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(start);
}
