using System.Text;
using System.Text.Json;
using Deployer.Models;

namespace Deployer.Steps;

/// <summary>Reads requests and expected answers: whole, from what is really a file, and none that a scorer would not take.</summary>
public static class RequestFile
{
    /// <summary>The scorer's limit for a body, in bytes.</summary>
    public const int LargestBody = 100 * 1024 * 1024;

    /// <param name="file">Absolute.</param>
    /// <returns>Its content without a byte order mark.</returns>
    /// <exception cref="DeployerException">It cannot be read, is no file, or is too large.</exception>
    public static byte[] Read(string file)
    {
        try
        {
            if (SpecialFiles.Describe(file) is { } kind) throw new IOException($"it is {kind}");
            if (Directory.Exists(file)) throw new IOException("it is a folder");
            using FileStream stream = File.OpenRead(file);
            return Read(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{file} cannot be read: {e.Message.TrimEnd('.')}.", "Name a file that holds JSON.", e);
        }
    }

    /// <returns>All that comes, without a byte order mark.</returns>
    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    public static byte[] Read(Stream stream)
    {
        using var content = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int read = stream.Read(piece); read > 0; read = stream.Read(piece))
        {
            content.Write(piece, 0, read);
            if (content.Length > LargestBody) throw new IOException($"it has more than {LargestBody} bytes (100 MiB), which no scorer takes");
        }
        byte[] bytes = content.ToArray();
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }

    /// <summary>Refuses what is no JSON while nothing is started yet.</summary>
    /// <exception cref="DeployerException">Naming line and column.</exception>
    public static void RequireJson(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new Utf8JsonReader(content);
            while (reader.Read())
            {
                // Only whether it can be read matters here.
            }
        }
        catch (JsonException e)
        {
            string message = e.Message.Split(" LineNumber:")[0];
            throw new DeployerException(FailureCode.FileAccess, $"{file}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: this is not JSON: {message}",
                "Mend the file or take it out of verification.golden.", e);
        }
    }
}
