using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>OCI image layouts, read by the specification alone.</summary>
internal static class ImageLayouts
{
    /// <summary>Holds so many images, and each blob they need has the size and digest that are promised.</summary>
    public static void IsWhole(string layout, int images)
    {
        Assert.Equal("1.0.0", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "oci-layout")))!["imageLayoutVersion"]!);
        JsonArray manifests = JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]!.AsArray();
        Assert.Equal(images, manifests.Count);
        foreach (JsonNode? descriptor in manifests)
        {
            JsonNode manifest = JsonNode.Parse(Blob(layout, descriptor!))!;
            Blob(layout, manifest["config"]!);
            foreach (JsonNode? layer in manifest["layers"]!.AsArray()) Blob(layout, layer!);
        }
    }

    public static byte[] Blob(string layout, JsonNode descriptor)
    {
        string digest = (string)descriptor["digest"]!;
        byte[] content = File.ReadAllBytes(Path.Combine(layout, "blobs", digest.Replace(':', '/')));
        Assert.Equal((digest, (long)descriptor["size"]!), ($"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}", content.LongLength));
        return content;
    }
}
