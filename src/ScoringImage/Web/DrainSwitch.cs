namespace ScoringImage.Web;

/// <summary>Thrown once, by SIGTERM or SIGINT: from then on the scorer is on its way out.</summary>
public sealed class DrainSwitch
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOn => _started.Task.IsCompleted;

    /// <summary>Completes when the switch is thrown.</summary>
    public Task Started => _started.Task;

    public void Start() => _started.TrySetResult();
}
