namespace Deployer.Models;

/// <summary>realpath(3), which .NET lacks: ResolveLinkTarget leaves the folders above a file as they are.</summary>
internal static class RealPath
{
    /// <summary>Linux's own limit.</summary>
    private const int MostLinks = 40;

    /// <summary>The path with every link in it followed; parts that do not exist stay as they are.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="IOException">The links go round in a circle, or seem to.</exception>
    public static string Of(string path)
    {
        string at = Path.GetPathRoot(path)!;
        var pending = new Stack<string>();
        Push(pending, path[at.Length..]);
        for (int links = 0; pending.TryPop(out string? part);)
        {
            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }
            string next = Path.Combine(at, part);
            string? target = Directory.Exists(next) ? new DirectoryInfo(next).LinkTarget : new FileInfo(next).LinkTarget;
            if (target is null)
            {
                at = next;
                continue;
            }
            if (++links > MostLinks)
                throw new IOException($"{path} goes through more than {MostLinks} links.");
            string root = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : "";
            at = root.Length > 0 ? root : at;
            Push(pending, target[root.Length..]);
        }
        return at;
    }

    private static void Push(Stack<string> pending, string path)
    {
        foreach (string part in path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]).Reverse())
            if (part is not ("" or "."))
                pending.Push(part);
    }
}
