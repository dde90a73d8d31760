using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Deployer.Engine;
using Deployer.Images;

namespace Deployer.Tests.Images;

public sealed class ImageSpecs : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_same_files_give_the_same_digests_whatever_their_order_time_and_mode()
    {
        BuiltImage first = Build("one", ["a.txt", "dir/b.txt", "dir/deep/c.txt"]);
        BuiltImage second = Build("two", ["dir/deep/c.txt", "a.txt", "dir/b.txt"]);
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(Tree(folder["one-layout"]), Tree(folder["two-layout"]));
    }

    [Fact]
    public void Packer_1_gives_these_bytes_and_no_others()
    {
        // The layer's digest was also computed by hand from POSIX's header layout. A change of either digest is a change of the packing rules and needs a new packer version.
        BuiltImage image = Build("golden", ["a.txt", "dir/b.txt"]);
        Assert.Equal("sha256:" + GoldenLayer, image.Layers.Single().Digest.ToString());
        Assert.Equal("sha256:" + GoldenManifest, image.Digest.ToString());
    }

    private const string GoldenLayer = "946dc37929e2e3ad0cc9152a9da58f26500a66610e8104667146a41f8a9b1b75";
    private const string GoldenManifest = "ab05c8820f5827806d37cd234df56e86b6a11a88e5f211367dce3e793dc16778";

    [Fact]
    public void A_layer_is_read_by_other_tars_with_root_as_owner_plain_modes_and_no_time()
    {
        BuiltImage image = Build("tar", ["run.sh", "dir/b.txt"]);
        using FileStream blob = File.OpenRead(new OciLayout(image.Layout).BlobPath(image.Layers.Single().Digest));
        using var reader = new TarReader(blob);
        List<string> entries = [];
        while (reader.GetNextEntry() is { } entry)
        {
            Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (entry.Uid, entry.Gid, entry.ModificationTime));
            entries.Add($"{entry.EntryType} {Convert.ToString((int)entry.Mode, 8)} {entry.Name}");
        }
        Assert.Equal(["Directory 755 dir/", "RegularFile 644 dir/b.txt", "RegularFile 755 run.sh"], entries);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(400)]
    public void Long_paths_survive_packing_and_unpacking(int length)
    {
        string name = string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789012345678/", 10))[..(length - 5)].TrimEnd('/') + "/e.txt";
        name = name.Length > length ? name[^length..].TrimStart('/') : name;
        BuiltImage image = Build("long", [name]);
        LayerUnpacker.Unpack(new OciLayout(image.Layout), image.Digest, folder["out"], TestContext.Current.CancellationToken);
        Assert.Equal(Content(name), File.ReadAllText(Path.Combine(folder["out"], name)));
    }

    [Fact]
    public void A_second_image_takes_over_the_layers_it_shares()
    {
        BuiltImage first = Build("x", ["a.txt"], layout: "shared", environment: "A");
        BuiltImage second = Build("x", ["a.txt"], layout: "shared", environment: "B");
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.False(first.Layers.Single().Reused);
        Assert.True(second.Layers.Single().Reused);
    }

    [Fact]
    public void Only_the_named_images_and_their_blobs_are_kept()
    {
        BuiltImage first = Build("x", ["a.txt"], layout: "kept", environment: "A", name: "first");
        BuiltImage second = Build("y", ["b.txt"], layout: "kept", environment: "B", name: "second");
        var layout = new OciLayout(folder["kept-layout"]);
        layout.KeepOnly(new HashSet<string> { "second" });
        Assert.Null(new ImageBuilder(layout).Find("first"));
        Assert.Equal(second.Digest, new ImageBuilder(layout).Find("second")!.Digest);
        Assert.False(File.Exists(layout.BlobPath(first.Layers.Single().Digest)));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(folder["kept-layout"], "blobs", "sha256")).Length);
    }

    [Fact]
    public void A_file_that_changed_after_it_was_planned_is_not_packed()
    {
        Directory.CreateDirectory(folder["changed"]);
        File.WriteAllText(folder["changed/a.txt"], "before");
        LayerFile file = LayerFile.FromDisk("a.txt", folder["changed/a.txt"], 6, Convert.ToHexStringLower(SHA256.HashData("before"u8)), executable: false);
        File.WriteAllText(folder["changed/a.txt"], "AFTER!");
        DeployerException e = Assert.Throws<DeployerException>(() => Build(folder["changed-layout"], [file], "A", "image"));
        Assert.Equal($"Packing {folder["changed/a.txt"]}: its content changed after the plan was made. Run the command again to plan anew.", e.Message);
        Assert.Null(new ImageBuilder(new OciLayout(folder["changed-layout"])).Find("image"));
        Assert.Empty(Directory.GetFiles(folder["changed-layout/blobs/sha256"]));
    }

    [Fact]
    public void A_damaged_blob_is_not_unpacked_and_no_longer_counts_as_there()
    {
        BuiltImage image = Build("damaged", ["a.txt"]);
        var layout = new OciLayout(image.Layout);
        string blob = layout.BlobPath(image.Layers.Single().Digest);
        byte[] bytes = File.ReadAllBytes(blob);
        bytes[600] ^= 1;
        File.WriteAllBytes(blob, bytes);
        DeployerException e = Assert.Throws<DeployerException>(() => LayerUnpacker.Unpack(layout, image.Digest, folder["out"], TestContext.Current.CancellationToken));
        Assert.Equal($"The image's blob {blob} was damaged: its content was not what its name says. It is removed.", e.Message);
        Assert.False(Directory.Exists(folder["out"]));
        Assert.Null(new ImageBuilder(layout).Find("image"));
    }

    private BuiltImage Build(string source, string[] paths, string? layout = null, string environment = "A", string name = "image")
    {
        List<LayerFile> files = [];
        foreach (string path in paths)
        {
            string file = folder[Path.Combine(source, path)];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Content(path));
            byte[] content = Encoding.UTF8.GetBytes(Content(path));
            files.Add(LayerFile.FromDisk(path, file, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), path.EndsWith(".sh", StringComparison.Ordinal)));
        }
        return Build(folder[(layout ?? source) + "-layout"], files, environment, name);
    }

    private static BuiltImage Build(string layout, IReadOnlyList<LayerFile> files, string environment, string name) =>
        new ImageBuilder(new OciLayout(layout)).Build(new ImageSpec
        {
            Platform = new Platform { Architecture = "amd64", Os = "linux" },
            Layers = [new LayerSpec("files", files)],
            Entrypoint = ["/run.sh"],
            WorkingDirectory = "/",
            User = "65532:65532",
            Port = 5001,
            Environment = new Dictionary<string, string> { ["NAME"] = environment },
            Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
            Annotations = new Dictionary<string, string> { ["title"] = "test" },
            Created = DateTimeOffset.UnixEpoch,
        }, name, new Progress<Amount>(), TestContext.Current.CancellationToken);

    private static string Content(string path) => $"the content of {path}\n";

    private static List<string> Tree(string root) =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetRelativePath(root, f)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))}")];
}
