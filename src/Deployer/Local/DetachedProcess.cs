using System.Runtime.InteropServices;

namespace Deployer.Local;

/// <summary>
/// Starts a program that outlives us: in a session of its own, so that neither Ctrl-C nor a closed terminal reaches it, with its output
/// going straight to a file. .NET's Process can do neither.
/// </summary>
internal static unsafe partial class DetachedProcess
{
    private const int OpaqueSize = 1024; // posix_spawn's two structs are at most 336 bytes on the platforms known.
    private const int ReadOnly = 0;
    private static readonly int WriteCreateAppend = OperatingSystem.IsMacOS() ? 0x1 | 0x200 | 0x8 : 0x1 | 0x40 | 0x400;
    private static readonly short SetSession = (short)(OperatingSystem.IsMacOS() ? 0x0400 : 0x80);

    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">The whole environment; nothing is inherited.</param>
    /// <param name="logFile">Gets stdout and stderr, appended.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="DeployerException">The program cannot be started.</exception>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string logFile)
    {
        if (OperatingSystem.IsWindows())
            throw new DeployerException(FailureCode.RevisionFailed, "The local target starts background processes as Linux and macOS do; this is Windows.",
                "Use it from WSL.");

        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        _ = FileActionsInit(actions);
        _ = AttributesInit(attributes);
        byte*[] argv = [.. Strings([program, .. arguments])];
        byte*[] envp = [.. Strings(environment.Select(e => $"{e.Key}={e.Value}"))];
        try
        {
            _ = AddOpen(actions, 0, "/dev/null", ReadOnly, 0);
            _ = AddOpen(actions, 1, logFile, WriteCreateAppend, Convert.ToUInt32("644", 8));
            _ = AddDup2(actions, 1, 2);
            _ = SetFlags(attributes, SetSession);
            int processId;
            int error;
            fixed (byte** argvPointer = argv)
            fixed (byte** envpPointer = envp)
                error = Spawn(&processId, program, actions, attributes, argvPointer, envpPointer);
            return error == 0 ? processId : throw new DeployerException(FailureCode.RevisionFailed,
                $"{program} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}.", "Check that the file is there and may be executed.");
        }
        finally
        {
            _ = FileActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            foreach (byte* text in argv) Marshal.FreeCoTaskMem((nint)text);
            foreach (byte* text in envp) Marshal.FreeCoTaskMem((nint)text);
        }
    }

    /// <summary>Sends SIGTERM or SIGKILL. A process that is gone already is no error.</summary>
    public static void Signal(int processId, bool kill) => _ = Kill(processId, kill ? 9 : 15);

    /// <summary>Whether the process is there. One that has ended and only waits for its parent to notice is not: in containers nobody may ever do.</summary>
    public static bool IsAlive(int processId)
    {
        const int noHang = 1;
        int status;
        _ = WaitPid(processId, &status, noHang);
        return Kill(processId, 0) == 0 && !IsZombie(processId);
    }

    /// <summary>
    /// What tells a process from a later one with the same id, after a reboot for instance: when it was started, in clock ticks since boot.
    /// Empty where that is not known.
    /// </summary>
    public static string Birth(int processId)
    {
        const int startTime = 22 - 3; // proc(5) counts fields from 1, and ours begin with the third.
        return Status(processId) is { } status && status.Split(' ') is { Length: > startTime } fields ? fields[startTime] : "";
    }

    private static bool IsZombie(int processId) => OperatingSystem.IsLinux() && Status(processId) is null or ['Z' or 'X', ..];

    /// <summary>proc(5), /proc/PID/stat: what follows the parenthesised name, beginning with the state. Null when there is no such process.</summary>
    private static string? Status(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static byte*[] Strings(IEnumerable<string> texts)
    {
        string[] all = [.. texts];
        var pointers = new byte*[all.Length + 1];
        for (int i = 0; i < all.Length; i++) pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        return pointers;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(int* processId, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int handle, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDup2(byte* actions, int handle, int newHandle);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitPid(int processId, int* status, int options);
}
