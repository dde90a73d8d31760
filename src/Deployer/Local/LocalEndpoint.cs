using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Deployer.Engine;

namespace Deployer.Local;

/// <summary>What serves: read by the front at every connection.</summary>
public sealed record Route
{
    public required int Revision { get; init; }
    /// <summary>Where the revision's scorer listens on loopback.</summary>
    public required int Port { get; init; }
    /// <summary>The revisions that served, oldest first; the last is <see cref="Revision"/>.</summary>
    public required IReadOnlyList<int> History { get; init; }
}

/// <summary>One immutable thing that can serve: an image, numbered in the order of arrival.</summary>
public sealed record Revision
{
    public required int Number { get; init; }
    /// <summary>Manifest digest of its image.</summary>
    public required string Image { get; init; }
    /// <summary>Layout folder of its image.</summary>
    public required string Layout { get; init; }
    /// <summary>The image's name in the layout.</summary>
    public required string ImageName { get; init; }
    public required string ModelName { get; init; }
    public required string ModelVersion { get; init; }
    public required string ModelSha256 { get; init; }
    /// <summary>The plan it was made from, by which <c>rollback</c> proves it again.</summary>
    public required JsonObject Plan { get; init; }
    public required DateTimeOffset Created { get; init; }
}

/// <summary>
/// An endpoint on this machine, as files: <c>route.json</c> (what serves), <c>front/</c> (the process that owns the port) and
/// <c>revisions/N/</c> (<c>revision.json</c>, the unpacked <c>rootfs/</c>, and <c>run/</c> of its scorer). These files are the truth.
/// </summary>
public sealed class LocalEndpoint(string directory)
{
    private const int LongestHistory = 50;

    public string Directory => directory;

    public bool Exists => System.IO.Directory.Exists(directory);

    public RunDirectory Front => new(Path.Combine(directory, "front"));

    public Route? Route => Read(RouteFile, LocalJson.Default.Route);

    /// <summary>All revisions, lowest number first.</summary>
    public IReadOnlyList<Revision> Revisions
    {
        get
        {
            if (!System.IO.Directory.Exists(RevisionsDirectory)) return [];
            return [.. System.IO.Directory.EnumerateDirectories(RevisionsDirectory)
                .Select(d => Read(Path.Combine(d, "revision.json"), LocalJson.Default.Revision)).OfType<Revision>().OrderBy(r => r.Number)];
        }
    }

    /// <summary>The port the front listened on last, which is the endpoint's for good unless the configuration names another; 0 before the first time.</summary>
    public int FrontPort
    {
        get => File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out int port) ? port : 0;
        set
        {
            if (FrontPort != value) DurableFile.Write(PortFile, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private string PortFile => Path.Combine(Front.Path, "port");

    /// <summary>The numbers of all revisions that left something behind, readable or not.</summary>
    public IReadOnlyList<int> Numbers => System.IO.Directory.Exists(RevisionsDirectory)
        ? [.. System.IO.Directory.EnumerateDirectories(RevisionsDirectory)
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0).Where(n => n > 0).Order()]
        : [];

    /// <summary>Background processes of this endpoint that nothing here accounts for any more, because their files were taken away under them.</summary>
    public IReadOnlyList<int> Strays
    {
        get
        {
            int?[] known = [Front.Process?.Pid, .. Numbers.Select(n => Run(n).Process?.Pid)];
            return [.. OpenFiles.LivingBelow(directory).Where(p => !known.Contains(p))];
        }
    }

    /// <exception cref="DeployerException"><see cref="FailureCode.NotFound"/>, naming the revisions there are.</exception>
    public Revision Find(int number) => Revisions.FirstOrDefault(r => r.Number == number) ?? throw new DeployerException(
        FailureCode.NotFound, $"'{Path.GetFileName(directory)}' has no revision {number}. There are: {string.Join(", ", Revisions.Select(r => r.Number))}.",
        "`deployer status` shows them; `deployer deploy` makes the one that is configured.");

    private string RouteFile => Path.Combine(directory, "route.json");

    private string RevisionsDirectory => Path.Combine(directory, "revisions");

    public string RootFs(int revision) => Path.Combine(RevisionDirectory(revision), "rootfs");

    public RunDirectory Run(int revision) => new(Path.Combine(RevisionDirectory(revision), "run"));

    /// <summary>Keeps a new revision under the next free number.</summary>
    public Revision Add(Func<int, Revision> make)
    {
        // A folder that a killed run only just made is nobody's number yet.
        int number = Numbers.Where(n => File.Exists(RecordFile(n)) || System.IO.Directory.Exists(Run(n).Path)).DefaultIfEmpty().Max() + 1;
        System.IO.Directory.CreateDirectory(RevisionDirectory(number));
        Revision revision = make(number);
        Write(RecordFile(number), revision, LocalJson.Default.Revision);
        return revision;
    }

    public void Remove(int revision)
    {
        if (System.IO.Directory.Exists(RevisionDirectory(revision))) System.IO.Directory.Delete(RevisionDirectory(revision), recursive: true);
    }

    /// <summary>Ends processes of this endpoint that nothing accounts for any more.</summary>
    public void EndStrays()
    {
        foreach (int stray in Strays) DetachedProcess.Signal(stray, kill: true);
    }

    /// <summary>Nothing serves any more.</summary>
    public void RemoveRoute() => File.Delete(RouteFile);

    /// <summary>Sends new connections to another revision, from the next one on.</summary>
    public void SwitchTo(int revision, int port)
    {
        IEnumerable<int> before = Route?.History ?? [];
        SetRoute(revision, port, [.. before.Where(r => r != revision), revision]);
    }

    /// <summary>As <see cref="SwitchTo"/>, and strikes the revision that served until now out of the history: it proved wrong.</summary>
    public void SwitchBackTo(int revision, int port) => SetRoute(revision, port, [.. (Route?.History ?? []).SkipLast(1)]);

    private string RecordFile(int number) => Path.Combine(RevisionDirectory(number), "revision.json");

    private void SetRoute(int revision, int port, IReadOnlyList<int> history) => Write(
        RouteFile, new Route { Revision = revision, Port = port, History = [.. history.TakeLast(LongestHistory)] }, LocalJson.Default.Route);

    private string RevisionDirectory(int number) => Path.Combine(RevisionsDirectory, number.ToString(CultureInfo.InvariantCulture));

    private static T? Read<T>(string file, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{file} was changed by someone else and is no longer what the deployer wrote: {e.Message}",
                "Delete the file and deploy again.", e);
        }
    }

    private static void Write<T>(string file, T value, JsonTypeInfo<T> type) =>
        DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(value, type));
}
