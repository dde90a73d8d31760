#pragma warning disable RS0030 // the composition root: the one place for Environment and Console
using System.Runtime.InteropServices;
using ScoringImage;
using ScoringImage.Scoring;
using ScoringImage.Web;

OnnxRuntimeProcess.DisableTelemetry(Environment.GetEnvironmentVariable(OnnxRuntimeProcess.TelemetryVariable));

try
{
    var settings = SettingsReader.Read(Environment.GetEnvironmentVariable, AppContext.BaseDirectory);
    var drain = new DrainSwitch();
    using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StartDrain);
    using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StartDrain);
    using var onHangUp = settings.RunDirectory is null
        ? null
        : PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);

    using var runDirectory = settings.RunDirectory is { } path ? await RunDirectory.LockAsync(path, TimeProvider.System, CancellationToken.None) : null;
    var log = new EventLog(Console.Out, TimeProvider.System);
    var workers = Environment.ProcessorCount; // .NET has already applied the cgroup's CPU quota to it
    var outcome = await new Scorer(settings, log, TimeProvider.System, drain).RunAsync(runDirectory, Environment.ProcessId, workers);
    if (outcome == ScorerOutcome.StillBusy)
        OnnxRuntimeProcess.ExitNow(0);
    return 0;

    void StartDrain(PosixSignalContext signal)
    {
        signal.Cancel = true;
        drain.Start();
    }
}
catch (ScorerException exception)
{
    Console.Error.WriteLine("error: " + exception.Message);
    return exception.ExitCode;
}
