using System.Security.Cryptography;

namespace Deployer.Engine;

/// <summary>Copies a file whose content was hashed when the plan was made, and notices when it is no longer that content.</summary>
public static class CheckedCopy
{
    /// <param name="source">The file.</param>
    /// <param name="sha256">What it is to hold, 64 lower-case hex digits.</param>
    /// <param name="output">Gets the bytes, checked or not: whoever calls keeps them only when this returns.</param>
    /// <param name="copied">Told each piece's length.</param>
    /// <param name="cancellationToken">Ends the copy between two pieces.</param>
    /// <exception cref="IOException">It cannot be read, or holds something else.</exception>
    public static void Run(string source, string sha256, Stream output, Action<long> copied, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        byte[] buffer = new byte[1 << 20];
        for (int read = input.Read(buffer); read > 0; read = input.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            output.Write(buffer, 0, read);
            copied(read);
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != sha256)
            throw new IOException("its content changed after the plan was made. Run the command again to plan anew.");
    }
}
