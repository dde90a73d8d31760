using System.Globalization;
using System.Text.Json;
using Deployer.Engine;

namespace Deployer.Local;

/// <summary>A version of a registered model.</summary>
public sealed record StoredModel
{
    public required string Name { get; init; }
    public required int Version { get; init; }
    public required string Sha256 { get; init; }
    public required string Description { get; init; }
    public required SortedDictionary<string, string> Tags { get; init; }
    public required SortedDictionary<string, string> Properties { get; init; }
    public required IReadOnlyList<StoredFile> Files { get; init; }
    public required DateTimeOffset Created { get; init; }
}

/// <param name="Path">Relative, '/' between parts.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Names the blob that holds it.</param>
public sealed record StoredFile(string Path, long Size, string Sha256);

/// <summary>
/// The model registry of this machine: <c>NAME/VERSION/model.json</c> over blobs named by their SHA-256. Equal bytes never make a second version.
/// </summary>
public sealed class ModelStore(string directory)
{
    private string Blobs => Path.Combine(directory, "blobs", "sha256");

    /// <summary>All versions of a model, lowest first.</summary>
    /// <exception cref="DeployerException">A record is damaged; it is named.</exception>
    public IReadOnlyList<StoredModel> Versions(string name)
    {
        string versions = Path.Combine(directory, "models", name);
        if (!Directory.Exists(versions)) return [];
        return [.. Directory.EnumerateDirectories(versions)
            .Select(d => Path.Combine(d, "model.json")).Where(File.Exists)
            .Select(Read).OrderBy(m => m.Version)];
    }

    /// <summary>Whether every file of the model is in the store.</summary>
    public bool IsWhole(StoredModel model) => model.Files.All(f => new FileInfo(BlobPath(f.Sha256)) is { Exists: true } file && file.Length == f.Size);

    /// <summary>Copies a file into the store, checking it on the way.</summary>
    /// <exception cref="DeployerException">Its content is not what was planned, or the disk is full.</exception>
    public void AddFile(string source, StoredFile file, Action<long> copied, CancellationToken cancellationToken)
    {
        if (File.Exists(BlobPath(file.Sha256))) { copied(file.Size); return; }
        Directory.CreateDirectory(Blobs);
        ClearLeftovers(file.Sha256);
        string temporary = Path.Combine(Blobs, $".tmp-{file.Sha256}-{Guid.NewGuid():N}");
        try
        {
            using (var to = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                CheckedCopy.Run(source, file.Sha256, to, copied, cancellationToken);
                to.Flush(flushToDisk: true);
            }
            File.Move(temporary, BlobPath(file.Sha256), overwrite: true);
            DurableFile.FlushDirectory(Blobs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"Registering {source}: {e.Message}",
                "Free disk space or mend the file, then run the same command again.", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Claims the model's version, or the next one that nobody else claimed first.</summary>
    public void Add(StoredModel model)
    {
        for (StoredModel candidate = model; ; candidate = candidate with { Version = candidate.Version + 1 })
        {
            string claim = RecordFile(candidate) + $".{Guid.NewGuid():N}.tmp";
            Directory.CreateDirectory(Path.GetDirectoryName(claim)!);
            DurableFile.Write(claim, JsonSerializer.SerializeToUtf8Bytes(candidate, LocalJson.Default.StoredModel));
            try
            {
                File.Move(claim, RecordFile(candidate), overwrite: false);
                DurableFile.FlushDirectory(Path.GetDirectoryName(claim)!);
                return;
            }
            catch (IOException) when (File.Exists(RecordFile(candidate)))
            {
                File.Delete(claim);
            }
        }
    }

    /// <summary>Changes what is said about a version; its bytes stay.</summary>
    public void Update(StoredModel model) =>
        DurableFile.Write(RecordFile(model), JsonSerializer.SerializeToUtf8Bytes(model, LocalJson.Default.StoredModel));

    private static StoredModel Read(string file)
    {
        Exception? damage = null;
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), LocalJson.Default.StoredModel)
                is { Name: not null, Sha256: not null, Description: not null, Tags: not null, Properties: not null, Files: not null } model
                && model.Files.All(f => f is { Path: not null, Sha256: not null }))
                return model;
        }
        catch (JsonException e)
        {
            damage = e;
        }
        throw new DeployerException(FailureCode.FileAccess, $"{file} is damaged: it is not the record of a registered model{(damage is null ? "" : $": {damage.Message}")}",
            $"Delete the folder {Path.GetDirectoryName(file)} and run the same command again: the model is registered anew.", damage);
    }

    /// <summary>Removes what a killed run left half copied. What somebody is copying right now is held open, and left alone.</summary>
    private void ClearLeftovers(string sha256)
    {
        foreach (string leftover in Directory.EnumerateFiles(Blobs, $".tmp-{sha256}-*"))
        {
            try
            {
                using var probe = new FileStream(leftover, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(leftover);
            }
            catch (IOException)
            {
                // Held, or gone in the meantime.
            }
        }
    }

    private string RecordFile(StoredModel model) =>
        Path.Combine(directory, "models", model.Name, model.Version.ToString(CultureInfo.InvariantCulture), "model.json");

    private string BlobPath(string sha256) => Path.Combine(Blobs, sha256);
}
