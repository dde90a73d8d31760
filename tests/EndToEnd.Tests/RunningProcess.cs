using System.Globalization;
using System.Text;

namespace EndToEnd.Tests;

/// <summary>A process of this machine, as proc(5) tells.</summary>
internal sealed record RunningProcess(int Id, IReadOnlyList<string> CommandLine)
{
    /// <summary>The environment it was started with.</summary>
    public string Environment => Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{Id}/environ")).Replace('\0', '\n');

    /// <summary>Those whose program or arguments lie in a folder. One that has ended and was not waited for has no command line.</summary>
    public static IReadOnlyList<RunningProcess> Naming(string folder)
    {
        List<RunningProcess> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int id) || id == System.Environment.ProcessId) continue;
            string[] commandLine = CommandLineOf(id);
            if (commandLine.Any(a => (a + "/").Contains(folder, StringComparison.Ordinal))) found.Add(new RunningProcess(id, commandLine));
        }
        return found;
    }

    private static string[] CommandLineOf(int id)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")).TrimEnd('\0').Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
