using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>The image as a layout on disk: the same bytes whoever builds it, and tools that others wrote read it.</summary>
public sealed class ImageSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task Two_builds_in_two_folders_with_other_umasks_time_zones_file_times_and_file_orders_are_equal_in_every_byte()
    {
        await using TestWorkspace other = TestWorkspace.Empty();
        foreach (string file in Directory.EnumerateFiles(workspace.Folder, "*", SearchOption.AllDirectories).OrderByDescending(f => f, StringComparer.Ordinal))
        {
            string copy = other[Path.GetRelativePath(workspace.Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await File.WriteAllBytesAsync(copy, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(copy, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
            File.SetUnixFileMode(copy, UnixFileMode.UserRead);
        }

        await Task.WhenAll(BuildAsync(workspace, "022", "UTC"), BuildAsync(other, "077", "Pacific/Auckland"));
        SortedDictionary<string, string> tree = Tree(workspace["out"]);
        Assert.Equal(tree, Tree(other["out"]));
        // index.json, oci-layout, manifest, config, three layers.
        Assert.Equal(7, tree.Count);
        ImageLayouts.IsWhole(workspace["out"], images: 1);
    }

    [Fact]
    public async Task A_layer_that_is_there_already_is_used_again_and_said_to_be()
    {
        Assert.Equal([false, false, false], await ReusedAsync());
        Assert.Equal([true, true, true], await ReusedAsync());
        workspace.ChangeModel("second");
        Assert.Equal([true, false, true], await ReusedAsync());
    }

    [Fact]
    public async Task Skopeo_reads_it()
    {
        await InstalledAsync("skopeo");
        await BuildAsync(workspace, "022", "UTC");
        ProgramResult inspected = (await DeployerProgram.RunOtherAsync("skopeo", workspace.Folder, ["inspect", "oci:out"])).Expect(0);

        JsonNode index = JsonNode.Parse(await File.ReadAllTextAsync(workspace["out/index.json"], TestContext.Current.CancellationToken))!;
        Assert.Equal((string)index["manifests"]![0]!["digest"]!, (string)inspected.Document["Digest"]!);
        Assert.Equal(3, inspected.Document["Layers"]!.AsArray().Count);
        Assert.Equal("mnist-digits", (string)inspected.Document["Labels"]!["deployer-model-name"]!);
        JsonNode config = (await DeployerProgram.RunOtherAsync("skopeo", workspace.Folder, ["inspect", "--config", "oci:out"])).Expect(0).Document["config"]!;
        Assert.Equal(("65532:65532", "/app/scorer", "/app"), ((string)config["User"]!, (string)config["Entrypoint"]![0]!, (string)config["WorkingDir"]!));
        Assert.True(config["ExposedPorts"]!.AsObject().ContainsKey("5001/tcp"));
        (await DeployerProgram.RunOtherAsync("skopeo", workspace.Folder, ["copy", "--quiet", "oci:out:latest", "oci:copied:latest"])).Expect(0);
        ImageLayouts.IsWhole(workspace["copied"], images: 1);
    }

    [Fact]
    public async Task Umoci_unpacks_it_to_the_scorer_the_model_and_the_configuration()
    {
        await InstalledAsync("umoci");
        await BuildAsync(workspace, "022", "UTC");
        (await DeployerProgram.RunOtherAsync("umoci", workspace.Folder, ["unpack", "--rootless", "--image", "out:latest", "bundle"])).Expect(0);

        string root = workspace["bundle/rootfs"];
        string scorer = Path.Combine(Path.GetDirectoryName(DeployerProgram.Executable)!, "scorer");
        SortedDictionary<string, string> expected = new(StringComparer.Ordinal)
        {
            ["models/mnist-digits/model.onnx"] = Sha256(workspace["samples/mnist/model.onnx"]),
            ["app/scoring.json"] = Sha256(Path.Combine(root, "app/scoring.json")),
        };
        foreach ((string file, string digest) in Tree(scorer)) expected[$"app/{file}"] = digest;
        Assert.Equal(expected, Tree(root));

        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode executable = readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Assert.All(expected.Keys, file => Assert.Equal(file == "app/scorer" ? executable : readable, File.GetUnixFileMode(Path.Combine(root, file))));
        Assert.All(Directory.GetDirectories(root, "*", SearchOption.AllDirectories), folder => Assert.Equal(executable, File.GetUnixFileMode(folder)));
        Assert.All(Directory.GetFiles(root, "*", SearchOption.AllDirectories), file => Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file)));

        JsonNode scoring = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(root, "app/scoring.json"), TestContext.Current.CancellationToken))!;
        Assert.True(File.Exists(Path.Combine(root, "app", (string)scoring["model"]!)));
        Assert.Equal(["probabilities", "digit"], scoring["outputs"]!.AsArray().Select(o => (string)o!));
        Assert.All(await OwnersAsync(), owner => Assert.Equal("0/0", owner));
    }

    /// <summary>The owners that GNU tar reads from the layers.</summary>
    private async Task<IEnumerable<string>> OwnersAsync()
    {
        List<string> owners = [];
        foreach (string blob in Directory.GetFiles(workspace["out/blobs/sha256"]).Where(f => File.ReadAllBytes(f)[0] != '{'))
        {
            ProgramResult listing = (await DeployerProgram.RunOtherAsync("tar", workspace.Folder, ["-tvf", blob, "--numeric-owner"])).Expect(0);
            owners.AddRange(listing.Out.TrimEnd().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        }
        return owners;
    }

    private async Task<IEnumerable<bool>> ReusedAsync()
    {
        JsonObject built = (await workspace.RunAsync("build", "--to", "oci-layout:out", "--output", "json")).Expect(0).Document;
        Assert.Equal(["reference", "digest", "layers"], built.Select(member => member.Key));
        Assert.Equal($"oci:{workspace["out"]}@{built["digest"]}", (string)built["reference"]!);
        return built["layers"]!.AsArray().Select(layer => (bool)layer!["reused"]!);
    }

    private static async Task BuildAsync(TestWorkspace workspace, string umask, string timeZone)
    {
        const string script = "umask $1; exec \"$2\" build --to oci-layout:out";
        (await DeployerProgram.RunOtherAsync("bash", workspace.Folder, ["-c", script, "bash", umask, DeployerProgram.Executable], ("TZ", timeZone))).Expect(0);
    }

    /// <summary>The tests of CI must not pass by skipping.</summary>
    private static async Task InstalledAsync(string tool)
    {
        ProgramResult found = await DeployerProgram.RunOtherAsync("bash", "/", ["-c", $"command -v {tool}"]);
        if (found.ExitCode == 0) return;
        Assert.NotEqual("true", Environment.GetEnvironmentVariable("CI"));
        Assert.Skip("apt-get install skopeo umoci");
    }

    private static SortedDictionary<string, string> Tree(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is not (".pdb" or ".xml"))
            .ToDictionary(f => Path.GetRelativePath(folder, f), Sha256), StringComparer.Ordinal);

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
