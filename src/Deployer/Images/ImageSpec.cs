using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Deployer.Images;

/// <summary>An image to build. Equal specs give equal bytes.</summary>
public sealed record ImageSpec
{
    public required Platform Platform { get; init; }
    /// <summary>Lowest first; the layers that change least come first.</summary>
    public required IReadOnlyList<LayerSpec> Layers { get; init; }
    public required IReadOnlyList<string> Entrypoint { get; init; }
    public required string WorkingDirectory { get; init; }
    public required string User { get; init; }
    public required int Port { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }
    /// <summary>The one time everything in the image carries.</summary>
    public required DateTimeOffset Created { get; init; }
}

/// <summary>One layer: what it is for, and its files.</summary>
public sealed record LayerSpec(string Title, IReadOnlyList<LayerFile> Files)
{
    /// <summary>Names the layer's content without reading the files again: equal keys, equal bytes.</summary>
    public string Key(DateTimeOffset created)
    {
        var listing = new StringBuilder();
        listing.Append(CultureInfo.InvariantCulture, $"layer 1 {created.ToUnixTimeSeconds()}\n");
        foreach (LayerFile file in Sorted)
            listing.Append(CultureInfo.InvariantCulture, $"{(file.Executable ? 'x' : '-')} {file.Size} {file.Sha256} {file.Path}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(listing.ToString())));
    }

    internal IEnumerable<LayerFile> Sorted => Files.OrderBy(f => f.Path, StringComparer.Ordinal);
}

/// <summary>A file in a layer.</summary>
/// <param name="Path">In the image, relative to its root, '/' between parts.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of the content, 64 lower-case hex digits; checked while packing.</param>
/// <param name="Executable">Mode 0755 rather than 0644.</param>
/// <param name="Source">The file on disk; null when <paramref name="Content"/> holds it.</param>
/// <param name="Content">The bytes themselves.</param>
public sealed record LayerFile(string Path, long Size, string Sha256, bool Executable, string? Source, ReadOnlyMemory<byte> Content)
{
    public static LayerFile FromBytes(string path, byte[] content) =>
        new(path, content.Length, Digest.Of(content).Hex, Executable: false, null, content);

    public static LayerFile FromDisk(string path, string source, long size, string sha256, bool executable) =>
        new(path, size, sha256, executable, source, default);
}

/// <summary>A built image, where it lies and what it is made of.</summary>
/// <param name="Digest">Of the manifest.</param>
/// <param name="Layout">The OCI layout folder that holds it.</param>
/// <param name="Layers">Lowest first.</param>
public sealed record BuiltImage(Digest Digest, string Layout, IReadOnlyList<BuiltLayer> Layers);

/// <param name="Digest">Of the layer blob.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Reused">The blob was there already.</param>
public sealed record BuiltLayer(Digest Digest, long Size, bool Reused);
