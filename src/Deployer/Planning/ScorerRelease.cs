using System.Security.Cryptography;
using System.Text;

namespace Deployer.Planning;

/// <summary>The published scorer that goes into images: its files and one digest for all of them.</summary>
/// <param name="Folder">Where they lie, absolute.</param>
/// <param name="Files">In ordinal order of path.</param>
/// <param name="Digest">SHA-256 over the listing, 64 lower-case hex digits.</param>
public sealed record ScorerRelease(string Folder, IReadOnlyList<ScorerFile> Files, string Digest)
{
    private static readonly string[] NotShipped = [".pdb", ".xml", ".Development.json"];

    // Hashing asks for 4 KiB at a time; the runtime alone is 29 MB.
    private const int ReadAtOnce = 256 * 1024;

    /// <exception cref="DeployerException">There is no scorer in the folder.</exception>
    public static ScorerRelease Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "scorer")) && !File.Exists(Path.Combine(folder, "scorer.exe")))
            throw new DeployerException(FailureCode.FileAccess, $"There is no scorer in {folder}.",
                "Build or install the deployer again: the scorer is part of it.");
        List<ScorerFile> files = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (NotShipped.Any(ending => file.EndsWith(ending, StringComparison.Ordinal))) continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, ReadAtOnce);
            string path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            files.Add(new ScorerFile(path, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)), path is "scorer" or "scorer.exe"));
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        string listing = string.Concat(files.Select(f => $"{f.Sha256}  {f.Path}\n"));
        return new ScorerRelease(folder, files, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(listing))));
    }
}

/// <param name="Path">Relative, '/' between parts.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="Executable">The program itself.</param>
public sealed record ScorerFile(string Path, long Size, string Sha256, bool Executable);
