using System.Globalization;
using System.Runtime.InteropServices;

namespace Deployer.Local;

/// <summary>
/// Which processes have a file open, by proc(5): the proof that a process is the one that lives somewhere, before it is sent a signal. Elsewhere than on
/// Linux there is no such proof, and what the process wrote about itself is believed.
/// </summary>
internal static partial class OpenFiles
{
    private const string Gone = " (deleted)";

    /// <summary>Whether that process has that file open.</summary>
    public static bool Has(int processId, string file) =>
        processId > 1 && (!OperatingSystem.IsLinux() || RealPath(file) is { } real && Of(processId).Any(open => open == real));

    /// <summary>The process that has the file open, besides us; null where there is none or it cannot be told.</summary>
    public static int? HolderOf(string file) =>
        RealPath(file) is { } real ? Processes().Where(p => Of(p).Any(open => open == real)).Select(p => (int?)p).FirstOrDefault() : null;

    /// <summary>
    /// Processes that have a lock open below a folder, though the lock's name may be gone. Only those that were started to live there: a program of the folder's
    /// own, or one that was given the folder by name.
    /// </summary>
    public static IReadOnlyList<int> LivingBelow(string folder)
    {
        if (RealPath(folder) is not { } real) return [];
        return [.. Processes().Where(p => StartedBelow(p, folder, real) && Of(p).Any(open => IsLockBelow(open, real)))];
    }

    private static bool StartedBelow(int processId, string folder, string real)
    {
        try
        {
            string[] words = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            return words.Any(word => word == folder || word == real) || words[0].StartsWith(folder + "/", StringComparison.Ordinal)
                || words[0].StartsWith(real + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsLockBelow(string open, string folder)
    {
        string file = open.EndsWith(Gone, StringComparison.Ordinal) ? open[..^Gone.Length] : open;
        return file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith("/lock", StringComparison.Ordinal);
    }

    private static IEnumerable<int> Processes()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        string self = new FileInfo("/proc/self").LinkTarget ?? "";
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            string name = Path.GetFileName(directory);
            if (name != self && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int processId)) yield return processId;
        }
    }

    /// <summary>What a process of ours has open; nothing of one that has gone or is not ours.</summary>
    private static List<string> Of(int processId)
    {
        List<string> open = [];
        try
        {
            foreach (string handle in Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd"))
                if (new FileInfo(handle).LinkTarget is { } target) open.Add(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked, or belongs to somebody else.
        }
        return open;
    }

    private static unsafe string? RealPath(string path)
    {
        byte* resolved = Resolve(path, null);
        if (resolved is null) return null;
        string? text = Marshal.PtrToStringUTF8((nint)resolved);
        NativeMemory.Free(resolved);
        return text;
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* Resolve(string path, byte* buffer);
}
