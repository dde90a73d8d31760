using System.Runtime.InteropServices;

namespace ScoringImage.Scoring;

/// <summary>What ONNX Runtime needs from the process itself, below what .NET offers.</summary>
public static partial class OnnxRuntimeProcess
{
    /// <summary>ONNX Runtime's Linux binaries send telemetry, and write to the home folder, unless this is in the C environment.</summary>
    public const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    /// <summary>
    /// Turns telemetry off. Must come before the first call into ONNX Runtime. <see cref="Environment.SetEnvironmentVariable(string, string?)"/>
    /// would not do: .NET keeps a copy of the environment and native code reads the C library's.
    /// </summary>
    /// <param name="current">The variable's value in the process environment; a value someone chose is left alone.</param>
    public static void DisableTelemetry(string? current)
    {
        if (current is null && SetEnvironmentVariable(TelemetryVariable, "1", overwrite: 0) != 0)
            throw new InvalidOperationException($"setenv of {TelemetryVariable} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>
    /// Ends the process at once, without the C library's destructors: they tear ONNX Runtime down, which crashes while one of its threads still runs.
    /// </summary>
    public static void ExitNow(int exitCode) => Exit(exitCode);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int exitCode);
}
