using System.Security.Cryptography;

namespace Deployer.Models;

/// <summary>A file read once from front to back, in chunks, hashed as it passes. The memory it takes does not depend on the file.</summary>
internal sealed class HashedFile(FileStream file, IProgress<long>? bytes, long alreadyReported, CancellationToken cancellationToken) : IDisposable
{
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] buffer = new byte[256 * 1024];

    /// <summary>Bytes, as the file system said when the file was opened.</summary>
    public long Length { get; } = file.Length;

    /// <summary>Bytes handed out so far.</summary>
    public long Read { get; private set; }

    /// <summary>The next bytes, good until the next call; empty at the end of the file.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, Length - Read));
        if (count == 0)
        {
            if (Read < Length)
                throw new EndOfStreamException($"it ended at byte {Read} and had {Length} bytes when it was opened");
            return default;
        }
        sha256.AppendData(buffer, 0, count);
        Read += count;
        bytes?.Report(alreadyReported + Read);
        return buffer.AsMemory(0, count);
    }

    /// <summary>Reads what is left and says the SHA-256 of the whole file: 64 lower-case hex digits.</summary>
    public string Finish()
    {
        while (!Next().IsEmpty)
        {
        }
        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    public void Dispose()
    {
        sha256.Dispose();
        file.Dispose();
    }
}
