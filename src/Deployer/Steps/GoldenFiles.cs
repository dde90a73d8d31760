using System.Security.Cryptography;
using Deployer.Engine;

namespace Deployer.Steps;

/// <summary>
/// Copies of the golden files by digest, so that a revision can be proven again, by <c>resume</c> or <c>rollback</c>, whatever became of the originals.
/// </summary>
public sealed class GoldenFiles(string directory)
{
    /// <summary>Reads a file now and keeps what it holds.</summary>
    /// <returns>Its SHA-256.</returns>
    /// <exception cref="DeployerException">It cannot be read, or is not JSON.</exception>
    public string Keep(string file)
    {
        byte[] content = Read(file);
        string sha256 = DigestOf(content);
        string copy = Path.Combine(directory, sha256);
        if (!File.Exists(copy))
        {
            Directory.CreateDirectory(directory);
            DurableFile.Write(copy, content);
        }
        return sha256;
    }

    /// <exception cref="DeployerException">The copy is gone.</exception>
    public async Task<byte[]> ReadAsync(string sha256, string original, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(directory, sha256), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new DeployerException(FailureCode.NotFound, $"The kept copy of {original} is gone from {directory}.", "Run `deployer deploy` to plan anew.", e);
        }
    }

    /// <summary>SHA-256 of a file as it is now, without keeping it.</summary>
    /// <exception cref="DeployerException">It cannot be read, or is not JSON.</exception>
    public static string DigestOf(string file) => DigestOf(Read(file));

    private static string DigestOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Read(string file)
    {
        byte[] content = RequestFile.Read(file);
        RequestFile.RequireJson(file, content);
        return content;
    }
}
