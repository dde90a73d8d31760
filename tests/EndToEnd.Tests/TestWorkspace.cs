using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>A project of one test's own, in a temporary folder: the sample's files, and the state the deployer keeps beside them.</summary>
internal sealed class TestWorkspace : IAsyncDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private TestWorkspace(string folder) => Folder = folder;

    public string Folder { get; }

    public string State => Path.Combine(Folder, ".deployer");

    public string this[string path] => Path.Combine(Folder, path);

    public string JournalFile => Path.Combine(State, "deployments", "local-mnist", "journal.ndjson");

    /// <summary>workspace.json, config/ and samples/mnist as they are in the repository.</summary>
    public static TestWorkspace Create()
    {
        var workspace = new TestWorkspace(Directory.CreateTempSubdirectory("deployer-e2e-").FullName);
        foreach (string part in (string[])["workspace.json", "config/deployment.yaml", "config/environment.yaml", "samples/mnist/model.onnx"])
            workspace.CopyFromRepository(part);
        foreach (string golden in Directory.EnumerateFiles(Path.Combine(DeployerProgram.Repository, "samples/mnist/golden")))
            workspace.CopyFromRepository(Path.GetRelativePath(DeployerProgram.Repository, golden));
        return workspace;
    }

    /// <summary>The folder alone, with nothing in it.</summary>
    public static TestWorkspace Empty() => new(Directory.CreateTempSubdirectory("deployer-e2e-").FullName);

    public DeployerRun Start(params string[] arguments) => DeployerProgram.Start(Folder, arguments);

    public Task<ProgramResult> RunAsync(params string[] arguments) => DeployerProgram.RunAsync(Folder, arguments);

    /// <summary>A deployment that has to succeed.</summary>
    /// <returns>The result document.</returns>
    public async Task<JsonObject> DeployAsync() => (await RunAsync("deploy", "--target", "local", "--output", "json")).Expect(0).Document;

    /// <summary>Replaces a text that has to be there.</summary>
    public void Edit(string file, string from, string to)
    {
        string text = File.ReadAllText(this[file]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(this[file], text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>Adds an entry to the model's metadata: protobuf messages may be concatenated, so this is a valid model with the same answers.</summary>
    public void ChangeModel(string value)
    {
        const byte metadataProps = (14 << 3) | 2, key = (1 << 3) | 2, text = (2 << 3) | 2;
        byte[] name = "e2e"u8.ToArray();
        byte[] bytes = Encoding.ASCII.GetBytes(value);
        byte[] entry = [key, (byte)name.Length, .. name, text, (byte)bytes.Length, .. bytes];
        using FileStream model = new(this["samples/mnist/model.onnx"], FileMode.Append);
        model.Write([metadataProps, (byte)entry.Length, .. entry]);
    }

    /// <summary>Makes the model one that can be read but not run: an operator that nobody knows.</summary>
    public void BreakModel()
    {
        byte[] model = File.ReadAllBytes(this["samples/mnist/model.onnx"]);
        int at = model.AsSpan().LastIndexOf("Relu"u8);
        Assert.NotEqual(-1, at);
        "Relo"u8.CopyTo(model.AsSpan(at));
        File.WriteAllBytes(this["samples/mnist/model.onnx"], model);
    }

    /// <summary>The processes that run from this folder or serve it, by their command lines; nothing else on the machine names it.</summary>
    public IReadOnlyList<RunningProcess> Processes() => RunningProcess.Naming(Folder + "/");

    public IReadOnlyList<RunningProcess> Scorers() => [.. Processes().Where(p => p.CommandLine[0].EndsWith("/app/scorer", StringComparison.Ordinal))];

    public IReadOnlyList<RunningProcess> Fronts() => [.. Processes().Where(p => p.CommandLine.Contains("local-front"))];

    /// <summary>Waits until something that is about to be so is so.</summary>
    public static async Task EventuallyAsync(Func<bool> isSo, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Settling, $"Not so after {Settling.TotalSeconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Every file of the state that is not the journal's or a lock, with what it holds.</summary>
    public SortedDictionary<string, string> StateFiles()
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(State, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(State, file);
            if (name.StartsWith("deployments/", StringComparison.Ordinal) || name.EndsWith("/lock", StringComparison.Ordinal)) continue;
            files[name] = $"{File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}";
        }
        return files;
    }

    /// <summary>Kills whatever of it runs, by process id, and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await EventuallyAsync(() =>
        {
            IReadOnlyList<RunningProcess> left = Processes();
            foreach (RunningProcess process in left) DeployerRun.Signal(process.Id, DeployerRun.SigKill);
            return left.Count == 0;
        }, $"every process of {Folder} has ended");
        Directory.Delete(Folder, recursive: true);
    }

    private void CopyFromRepository(string part)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[part])!);
        File.Copy(Path.Combine(DeployerProgram.Repository, part), this[part]);
    }
}
