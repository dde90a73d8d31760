using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
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
    public static Surroundings Surroundings()
    {
        FillStandardStreams();
        Dictionary<string, string> passedOn = PassedOn();
        return new Surroundings
        {
            CurrentFolder = CurrentFolder(),
            In = IsOurs(0) ? Stream.Null : Console.OpenStandardInput(),
            Out = Writer(GuardedStream.ForAnswer(IsOurs(1) ? null : Console.OpenStandardOutput())),
            Error = Writer(GuardedStream.ForStory(IsOurs(2) ? null : Console.OpenStandardError())),
            IsErrorTerminal = !IsOurs(2) && !Console.IsErrorRedirected && Ci() == CiSystem.None && Variable("TERM") != "dumb",
            Ci = Ci(),
            CiFolder = Variable(Ci() == CiSystem.GitHubActions ? "GITHUB_WORKSPACE" : "BUILD_SOURCESDIRECTORY"),
            CiRunUrl = CiRunUrl(),
            User = Environment.UserName,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            Version = Version(),
            Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
            SourceDateEpoch = long.TryParse(Variable("SOURCE_DATE_EPOCH"), CultureInfo.InvariantCulture, out long epoch) && epoch >= 0 ? epoch : 0,
            ScorerFolder = Path.Combine(AppContext.BaseDirectory, "scorer"),
            Front = Front(passedOn),
            LocalRuntime = new LocalRuntime(passedOn),
            Failpoint = Failpoint(),
            Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan },
            Time = TimeProvider.System,
            ExitNow = ExitAtOnce,
        };
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>Absolute; null when it has been deleted.</summary>
    private static string? CurrentFolder()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Puts nothing where a standard stream was closed, so that no file of ours takes its number and gets what is meant for the terminal.</summary>
    private static void FillStandardStreams()
    {
        if (OperatingSystem.IsWindows()) return;
        const int readAndWrite = 2, closeOnExec = 0x80000, lastOfThem = 2;
        int opened;
        do opened = Open("/dev/null", OperatingSystem.IsLinux() ? readAndWrite | closeOnExec : readAndWrite);
        while (opened is >= 0 and <= lastOfThem);
        if (opened > lastOfThem) _ = Close(opened);
    }

    /// <summary>Whether what has a standard stream's number was opened by this process: what was inherited is never closed on exec.</summary>
    private static bool IsOurs(int standardStream)
    {
        const int getFlags = 1;
        return !OperatingSystem.IsWindows() && Fcntl(standardStream, getFlags) != 0;
    }

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
    private static FrontProgram Front(Dictionary<string, string> passedOn)
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] arguments = isHost ? [Path.Combine(AppContext.BaseDirectory, "deployer.dll"), FrontCommand.VerbName] : [FrontCommand.VerbName];
        return new FrontProgram(self, arguments, passedOn);
    }

    /// <summary>What background processes are given of our environment: where to find things, never what might be a secret.</summary>
    private static Dictionary<string, string> PassedOn()
    {
        Dictionary<string, string> variables = new() { ["ORT_DISABLE_TELEMETRY"] = "1" };
        foreach (string name in (string[])["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_ROOT"])
            if (Variable(name) is { } value) variables[name] = value;
        if (DotnetRoot() is { } root) variables["DOTNET_ROOT"] = root;
        return variables;
    }

    /// <summary>
    /// Where .NET is installed, for the scorer: the runtime we run on; where we are native and run on none, the one that DOTNET_ROOT or PATH names. Null
    /// leaves it to the scorer to find one in the places that .NET's installers use.
    /// </summary>
    private static string? DotnetRoot()
    {
        string?[] candidates =
        [
            RuntimeFeature.IsDynamicCodeSupported ? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")) : null,
            Variable("DOTNET_ROOT"),
            .. (Variable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(FolderOfDotnet),
            Variable("HOME") is { } home ? Path.Combine(home, ".dotnet") : null,
        ];
        return candidates.FirstOrDefault(root => root is not null && Directory.Exists(Path.Combine(root, "host", "fxr")));
    }

    /// <summary>The folder that the <c>dotnet</c> in this one really lies in; null where there is none.</summary>
    private static string? FolderOfDotnet(string folder)
    {
        var program = new FileInfo(Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        if (!program.Exists) return null;
        try
        {
            return Path.GetDirectoryName((program.ResolveLinkTarget(returnFinalTarget: true) ?? program).FullName);
        }
        catch (IOException)
        {
            return null;
        }
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

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int handle, int command);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitProcess(int code);
}
