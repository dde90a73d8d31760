using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Deployer.Cli;
using Deployer.Engine;
using Deployer.Steps;

namespace Deployer;

#pragma warning disable RS0030 // The one place that looks at the process: everything past here is given what it needs.

/// <summary>Reads the process and its environment once and hands them on.</summary>
public static partial class Composition
{
    public static Surroundings Surroundings() => new()
    {
        CurrentFolder = Environment.CurrentDirectory,
        In = Console.OpenStandardInput(),
        Out = Writer(Console.OpenStandardOutput()),
        Error = Writer(Console.OpenStandardError()),
        IsErrorTerminal = !Console.IsErrorRedirected && Ci() == CiSystem.None && Variable("TERM") != "dumb",
        Ci = Ci(),
        CiRunUrl = CiRunUrl(),
        User = Environment.UserName,
        Host = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Version = Version(),
        Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        SourceDateEpoch = long.TryParse(Variable("SOURCE_DATE_EPOCH"), CultureInfo.InvariantCulture, out long epoch) && epoch >= 0 ? epoch : 0,
        ScorerFolder = Path.Combine(AppContext.BaseDirectory, "scorer"),
        Front = Front(),
        LocalRuntime = new LocalRuntime(PassedOn()),
        Failpoint = Failpoint(),
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan },
        Time = TimeProvider.System,
        ExitNow = ExitAtOnce,
    };

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static CiSystem Ci() =>
        Variable("GITHUB_ACTIONS") is not null ? CiSystem.GitHubActions : Variable("TF_BUILD") is not null ? CiSystem.AzurePipelines : CiSystem.None;

    private static string? CiRunUrl() => Ci() switch
    {
        CiSystem.GitHubActions => $"{Variable("GITHUB_SERVER_URL")}/{Variable("GITHUB_REPOSITORY")}/actions/runs/{Variable("GITHUB_RUN_ID")}",
        CiSystem.AzurePipelines => $"{Variable("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")}{Variable("SYSTEM_TEAMPROJECT")}/_build/results?buildId={Variable("BUILD_BUILDID")}",
        _ => null,
    };

    private static string Version() =>
        typeof(Composition).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>This program again: by itself, or through <c>dotnet</c> where it runs as a .dll.</summary>
    private static FrontProgram Front()
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] arguments = isHost ? [Path.Combine(AppContext.BaseDirectory, "deployer.dll"), FrontCommand.VerbName] : [FrontCommand.VerbName];
        return new FrontProgram(self, arguments, PassedOn());
    }

    /// <summary>What background processes are given of our environment: where to find things, never what might be a secret.</summary>
    private static Dictionary<string, string> PassedOn()
    {
        Dictionary<string, string> variables = new() { ["ORT_DISABLE_TELEMETRY"] = "1" };
        foreach (string name in (string[])["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_ROOT"])
            if (Variable(name) is { } value) variables[name] = value;
        // Under `dotnet run` the runtime may be one that only PATH knows; a program started by itself looks elsewhere.
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        string root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        if (File.Exists(Path.Combine(root, "dotnet"))) variables["DOTNET_ROOT"] = root;
        return variables;
    }

    private static Failpoint Failpoint() => new(Variable("DEPLOYER_FAILPOINT"), static () =>
    {
        const int kill = 9;
        _ = Kill(Environment.ProcessId, kill);
        Thread.Sleep(Timeout.Infinite);
    });

    /// <summary>Without finalizers and exit handlers, which could wait for what we let go of.</summary>
    private static void ExitAtOnce(int code)
    {
        if (OperatingSystem.IsWindows()) Environment.Exit(code);
        ExitProcess(code);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitProcess(int code);
}
