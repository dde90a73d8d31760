using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Deployer.Engine;

namespace Deployer.Images;

/// <summary>An OCI image layout on disk (image-spec image-layout.md): content-addressed blobs, and an index that names images.</summary>
public sealed class OciLayout(string directory)
{
    /// <summary>image-spec annotations.md: the name of an image within a layout.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    private const string TemporaryPrefix = ".tmp-";

    public string Directory => directory;

    private string Blobs => Path.Combine(directory, "blobs", "sha256");

    private string IndexFile => Path.Combine(directory, "index.json");

    public string BlobPath(Digest digest) => Path.Combine(Blobs, digest.Hex);

    /// <summary>Makes the layout when it is not there and clears what a crash left half written.</summary>
    public void Prepare()
    {
        System.IO.Directory.CreateDirectory(Blobs);
        foreach (string leftover in System.IO.Directory.EnumerateFiles(Blobs, TemporaryPrefix + "*")) File.Delete(leftover);
        string marker = Path.Combine(directory, "oci-layout");
        if (!File.Exists(marker)) DurableFile.Write(marker, "{\"imageLayoutVersion\":\"1.0.0\"}"u8);
    }

    /// <summary>The images in the layout; none when there is no layout.</summary>
    /// <exception cref="DeployerException">The index is damaged.</exception>
    public ImageIndex ReadIndex() => File.Exists(IndexFile)
        ? Parse(File.ReadAllBytes(IndexFile), OciJson.Default.ImageIndex, IndexFile, static index => index.Manifests is { } manifests && manifests.All(IsWhole))
        : new ImageIndex { Manifests = [] };

    /// <exception cref="DeployerException">The manifest is damaged.</exception>
    public Manifest ReadManifest(Digest digest) => Parse(File.ReadAllBytes(BlobPath(digest)), OciJson.Default.Manifest, BlobPath(digest),
        static manifest => IsWhole(manifest.Config) && manifest.Layers is { } layers && layers.All(IsWhole));

    public ImageConfig ReadConfig(Digest digest) =>
        Parse(File.ReadAllBytes(BlobPath(digest)), OciJson.Default.ImageConfig, BlobPath(digest), static config => config is { Config: not null, Rootfs: not null });

    /// <summary>Moves an index that is damaged aside, so that its images can be built and named again.</summary>
    public void MendIndex()
    {
        try
        {
            ReadIndex();
        }
        catch (DeployerException)
        {
            File.Move(IndexFile, IndexFile + ".damaged", overwrite: true);
        }
    }

    /// <summary>Whether the blob is there with that size. Names are digests, so what was renamed into place is right.</summary>
    public bool Has(Descriptor descriptor)
    {
        if (!Digest.IsOne(descriptor.Digest)) return false;
        var file = new FileInfo(BlobPath(Digest.Parse(descriptor.Digest)));
        return file.Exists && file.Length == descriptor.Size;
    }

    /// <summary>Writes a blob through a hash; it appears under its digest, whole, or not at all.</summary>
    public (Digest Digest, long Size, bool Reused) WriteBlob(Action<Stream> content)
    {
        string temporary = Path.Combine(Blobs, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            Digest digest;
            long size;
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            using (var hash = SHA256.Create())
            {
                using (var hashing = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
                using (var buffered = new BufferedStream(hashing, 1 << 20))
                    content(buffered);
                digest = Digest.OfHash(hash.Hash);
                size = file.Length;
                if (IsThere(digest, size)) return (digest, size, Reused: true);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, BlobPath(digest), overwrite: true);
            DurableFile.FlushDirectory(Blobs);
            return (digest, size, Reused: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public (Digest Digest, long Size) WriteDocument<T>(T document, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, type);
        (Digest digest, long size, _) = WriteBlob(stream => stream.Write(json));
        return (digest, size);
    }

    /// <summary>Gives an image a name; another image that had it loses it.</summary>
    public void Name(Descriptor manifest, string name)
    {
        Descriptor named = manifest with { Annotations = new(StringComparer.Ordinal) { [RefName] = name } };
        List<Descriptor> others = [.. ReadIndex().Manifests.Where(m => m.Annotations?.GetValueOrDefault(RefName) != name)];
        WriteIndex([.. others, named]);
    }

    /// <summary>Keeps only the images named, and the blobs they need.</summary>
    public void KeepOnly(IReadOnlySet<string> names)
    {
        List<Descriptor> kept = [.. ReadIndex().Manifests.Where(m => names.Contains(m.Annotations?.GetValueOrDefault(RefName) ?? ""))];
        WriteIndex(kept);
        HashSet<string> needed = [];
        foreach (Descriptor descriptor in kept)
        {
            Manifest manifest = ReadManifest(Digest.Parse(descriptor.Digest));
            needed.UnionWith([Digest.Parse(descriptor.Digest).Hex, Digest.Parse(manifest.Config.Digest).Hex]);
            needed.UnionWith(manifest.Layers.Select(l => Digest.Parse(l.Digest).Hex));
        }
        foreach (string blob in System.IO.Directory.EnumerateFiles(Blobs))
            if (!needed.Contains(Path.GetFileName(blob))) File.Delete(blob);
    }

    private void WriteIndex(List<Descriptor> manifests) =>
        DurableFile.Write(IndexFile, JsonSerializer.SerializeToUtf8Bytes(new ImageIndex { Manifests = manifests }, OciJson.Default.ImageIndex));

    /// <summary>Whether the blob needs no writing. A document is small enough to be read again: only so is damage ever mended by building anew.</summary>
    private bool IsThere(Digest digest, long size)
    {
        const int document = 1 << 16;
        var file = new FileInfo(BlobPath(digest));
        return file.Exists && file.Length == size && (size > document || Digest.Of(File.ReadAllBytes(file.FullName)) == digest);
    }

    // JSON says null where our types do not.
    private static bool IsWhole(Descriptor? descriptor) => descriptor is { MediaType: not null, Digest: not null };

    private static T Parse<T>(byte[] json, JsonTypeInfo<T> type, string file, Func<T, bool> isWhole)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) is { } document && isWhole(document) ? document : throw new JsonException("something in it is null.");
        }
        catch (JsonException e)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{file} is not the OCI document it should be: {e.Message}",
                "Delete the layout folder; the image is built again from its inputs.", e);
        }
    }
}
