using System.Globalization;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;
using Deployer.Models;
using Deployer.Planning;

namespace Deployer.Steps;

/// <summary>What registering needs: the plan's part, and the model as it was read.</summary>
public sealed record RegisterModelInput(ModelPlan Plan, OnnxModel Model);

/// <summary>A model as registered.</summary>
/// <param name="Name">The registered name.</param>
/// <param name="Version">Assigned by the registry.</param>
/// <param name="Id">The registry's own name for it.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Created">When this version came to be.</param>
public sealed record RegisteredModel(string Name, string Version, string Id, string Sha256, DateTimeOffset Created);

/// <summary>Registers the model in this machine's model store; the same bytes never make a second version.</summary>
public sealed class RegisterModelLocally(ModelStore store, TimeProvider time) : IStep<RegisterModelInput, RegisteredModel>
{
    public string Name => "register-model";

    public TimeSpan Deadline => TimeSpan.FromMinutes(30);

    public Pace Pace => Pace.Local;

    public string Identity(RegisterModelInput input) => string.Join('\n', input.Plan.Name, input.Plan.Sha256, input.Plan.Description,
        string.Join('\n', input.Plan.Tags.Select(t => $"tag {t.Key}={t.Value}")),
        string.Join('\n', input.Plan.Properties.Select(p => $"property {p.Key}={p.Value}")));

    public Task<Observation<RegisteredModel>> ObserveAsync(RegisterModelInput input, CancellationToken cancellationToken)
    {
        StoredModel? stored = Find(input);
        Observation<RegisteredModel> observation =
            stored is null ? new Observation<RegisteredModel>.Absent()
            : !store.IsWhole(stored) ? new Observation<RegisteredModel>.Differs($"version {stored.Version} has lost its bytes", Registered(stored))
            : !stored.Properties.SequenceEqual(input.Plan.Properties) ? new Observation<RegisteredModel>.Broken(PropertiesChanged(stored))
            : stored.Description != input.Plan.Description || !stored.Tags.SequenceEqual(input.Plan.Tags)
                ? new Observation<RegisteredModel>.Differs($"version {stored.Version} has another description or other tags", Registered(stored))
            : new Observation<RegisteredModel>.Match(Registered(stored));
        return Task.FromResult(observation);
    }

    public Task ActAsync(RegisterModelInput input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        long done = 0;
        string folder = Path.GetDirectoryName(input.Model.Path)!;
        List<StoredFile> files = [.. input.Model.Files.Select(f => new StoredFile(f.RelativePath, f.Size, f.Sha256))];
        foreach (StoredFile file in files)
            store.AddFile(Path.Combine(folder, file.Path), file, bytes => progress.Report(new Amount(done += bytes, input.Model.Size)), cancellationToken);

        StoredModel? stored = Find(input);
        StoredModel wanted = new()
        {
            Name = input.Plan.Name,
            Version = stored?.Version ?? store.Versions(input.Plan.Name).Select(m => m.Version).DefaultIfEmpty().Max() + 1,
            Sha256 = input.Plan.Sha256,
            Description = input.Plan.Description,
            Tags = input.Plan.Tags,
            Properties = input.Plan.Properties,
            Files = files,
            Created = stored?.Created ?? time.GetUtcNow(),
        };
        if (stored is null) store.Add(wanted);
        else store.Update(wanted);
        return Task.CompletedTask;
    }

    public Task<Poll<RegisteredModel>> PollAsync(RegisterModelInput input, CancellationToken cancellationToken)
    {
        Poll<RegisteredModel> poll = Find(input) is { } stored
            ? new Poll<RegisteredModel>.Succeeded(Registered(stored))
            : new Poll<RegisteredModel>.Running("the model version to appear");
        return Task.FromResult(poll);
    }

    /// <summary>A registered version stays: it is immutable, and others may use it already.</summary>
    public Task<bool> UndoAsync(RegisterModelInput input, CancellationToken cancellationToken) => Task.FromResult(false);

    public JsonObject Describe(RegisteredModel output) =>
        new() { ["name"] = output.Name, ["version"] = output.Version, ["sha256"] = output.Sha256 };

    private StoredModel? Find(RegisterModelInput input) => store.Versions(input.Plan.Name).LastOrDefault(m => m.Sha256 == input.Plan.Sha256);

    private static DeployerException PropertiesChanged(StoredModel stored) => new(
        FailureCode.Configuration,
        $"model.properties: these bytes are registered as version {stored.Version} of '{stored.Name}' with other properties " +
        $"({string.Join(", ", stored.Properties.Select(p => $"{p.Key}: {p.Value}"))}), and the properties of a version never change.",
        "Put them back, and what changes from one deployment to the next into model.tags.");

    private static RegisteredModel Registered(StoredModel stored)
    {
        string version = stored.Version.ToString(CultureInfo.InvariantCulture);
        return new RegisteredModel(stored.Name, version, $"local:{stored.Name}:{version}", stored.Sha256, stored.Created);
    }
}
