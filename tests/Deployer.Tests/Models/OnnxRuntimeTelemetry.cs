using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Deployer.Tests.Models;

/// <summary>Switches ONNX Runtime's telemetry off before it loads: it reads the C environment, which .NET's own setter does not change.</summary>
internal static partial class OnnxRuntimeTelemetry
{
    [ModuleInitializer]
    internal static void SwitchOff()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetVariable("ORT_DISABLE_TELEMETRY", "1", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
