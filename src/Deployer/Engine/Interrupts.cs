using System.Runtime.InteropServices;

namespace Deployer.Engine;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP let go of a run: everything is durable already, so there is nothing to finish. Pipeline agents kill 7.5 s after the
/// first signal; the process is gone after 2 s at most.
/// </summary>
public sealed class Interrupts : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    private readonly CancellationTokenSource detach = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Action<int> exitNow;
    private readonly TimeProvider time;
    private ITimer? limit;
    private int exitCode;

    /// <param name="exitNow">Ends the process at once.</param>
    /// <param name="time">Measures the patience.</param>
    public Interrupts(Action<int> exitNow, TimeProvider time)
    {
        this.exitNow = exitNow;
        this.time = time;
        Register(PosixSignal.SIGINT, ExitCodes.DetachedByInterrupt);
        Register(PosixSignal.SIGTERM, ExitCodes.DetachedByTermination);
        Register(PosixSignal.SIGHUP, ExitCodes.DetachedByHangUp);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => detach.Token;

    /// <summary>The exit code the first signal calls for; null before it.</summary>
    public int? ExitCode => Volatile.Read(ref exitCode) is var code && code != 0 ? code : null;

    /// <summary>The first signal's name; null before it.</summary>
    public string? Signal => ExitCode switch
    {
        ExitCodes.DetachedByInterrupt => "SIGINT",
        ExitCodes.DetachedByTermination => "SIGTERM",
        ExitCodes.DetachedByHangUp => "SIGHUP",
        _ => null,
    };

    /// <summary>Called before the process is ended by force.</summary>
    public Action? BeforeExit { get; set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        limit?.Dispose();
        detach.Dispose();
    }

    private void Register(PosixSignal signal, int code) => registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref exitCode, code, 0) != 0)
        {
            exitNow(code);
            return;
        }
        limit = time.CreateTimer(_ => { BeforeExit?.Invoke(); exitNow(code); }, null, Patience, Timeout.InfiniteTimeSpan);
        detach.Cancel();
    }));
}
