using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Local;

namespace Deployer.Steps;

/// <param name="Name">Of the endpoint.</param>
public sealed record DeleteEndpointInput(string Name);

/// <summary>The endpoint is gone.</summary>
public sealed record Deleted;

/// <summary>Closes an endpoint's port, drains and stops its scorers, and removes it with its images. Registered models stay.</summary>
public sealed class DeleteLocalEndpoint(StateDirectory state, TimeProvider time) : IStep<DeleteEndpointInput, Deleted>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public string Name => "delete-endpoint";

    public TimeSpan Deadline => TimeSpan.FromMinutes(2);

    public Pace Pace => Pace.Local;

    public string Identity(DeleteEndpointInput input) => input.Name;

    public Task<Observation<Deleted>> ObserveAsync(DeleteEndpointInput input, CancellationToken cancellationToken) =>
        Task.FromResult<Observation<Deleted>>(
            IsGone(input) ? new Observation<Deleted>.Match(new Deleted()) : new Observation<Deleted>.Differs("the endpoint is there"));

    public async Task ActAsync(DeleteEndpointInput input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        LocalEndpoint endpoint = state.Endpoint(input.Name);
        await endpoint.Front.StopAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(endpoint.Numbers.Select(n => endpoint.Run(n).StopAsync(Patience, time, cancellationToken))).ConfigureAwait(false);
        endpoint.EndStrays();
        if (Directory.Exists(state.Images(input.Name))) Directory.Delete(state.Images(input.Name), recursive: true);
        if (endpoint.Exists) Directory.Delete(endpoint.Directory, recursive: true);
    }

    public Task<Poll<Deleted>> PollAsync(DeleteEndpointInput input, CancellationToken cancellationToken) =>
        Task.FromResult<Poll<Deleted>>(
            IsGone(input) ? new Poll<Deleted>.Succeeded(new Deleted()) : new Poll<Deleted>.Running("the endpoint's files to go"));

    public Task<bool> UndoAsync(DeleteEndpointInput input, CancellationToken cancellationToken) => Task.FromResult(false);

    public JsonObject Describe(Deleted output) => [];

    private bool IsGone(DeleteEndpointInput input) => !state.Endpoint(input.Name).Exists && !Directory.Exists(state.Images(input.Name));
}
