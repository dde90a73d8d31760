using System.Formats.Tar;
using System.Security.Cryptography;
using Deployer.Engine;

namespace Deployer.Images;

/// <summary>Lays an image's layers out as a folder, checking every byte against the digests first.</summary>
public static class LayerUnpacker
{
    /// <param name="layout">Holds the image.</param>
    /// <param name="image">The manifest's digest.</param>
    /// <param name="target">A folder that appears whole, or not at all; replaced when there.</param>
    /// <param name="cancellationToken">Ends the work between layers.</param>
    /// <exception cref="DeployerException">A blob is missing or damaged, or the disk is full.</exception>
    public static void Unpack(OciLayout layout, Digest image, string target, CancellationToken cancellationToken)
    {
        string temporary = target + ".tmp";
        try
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            foreach (Descriptor layer in layout.ReadManifest(image).Layers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                UnpackLayer(layout.BlobPath(Digest.Parse(layer.Digest)), layer, temporary);
            }
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
            Directory.Move(temporary, target);
            DurableFile.FlushDirectory(Path.GetDirectoryName(target)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"Unpacking image {image} into {target}: {e.Message}",
                "Free disk space or mend the folder's permissions, then run the same command again.", e);
        }
    }

    private static void UnpackLayer(string blob, Descriptor layer, string target)
    {
        using var file = new FileStream(blob, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        if (!Digest.OfHash(SHA256.HashData(file)).ToString().Equals(layer.Digest, StringComparison.Ordinal))
        {
            File.Delete(blob);
            throw new DeployerException(FailureCode.FileAccess, $"The image's blob {blob} was damaged: its content was not what its name says. It is removed.",
                "Run the same command again: the image is built anew.");
        }
        file.Position = 0;
        TarFile.ExtractToDirectory(file, target, overwriteFiles: true);
    }
}
