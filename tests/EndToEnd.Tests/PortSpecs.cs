using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>The endpoint's port, where the configuration names one.</summary>
public sealed class PortSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();
    private readonly TcpListener other = new(IPAddress.Loopback, 0);
    private readonly int port;

    public PortSpecs()
    {
        other.Start();
        port = ((IPEndPoint)other.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        other.Dispose();
        await workspace.DisposeAsync();
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named_and_once_it_is_free_the_same_command_goes_through()
    {
        UsePort();
        ProgramResult refused = (await workspace.RunAsync("deploy")).Expect(4);
        Assert.Contains($"The endpoint cannot listen on port {port}: another program listens there", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Set targets.local.port in config/deployment.yaml to a free port", refused.Error, StringComparison.Ordinal);
        await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 0, "nothing is left running");
        Assert.False(File.Exists(workspace[".deployer/endpoints/mnist/route.json"]));

        other.Stop();
        JsonObject deployed = await workspace.DeployAsync();
        Assert.Equal($"http://127.0.0.1:{port}/", (string)deployed["endpoint"]!["url"]!);
        await Scoring.SevenIsReadAsync((string)deployed["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task An_endpoint_that_is_to_move_to_a_taken_port_goes_on_serving_at_the_old_one()
    {
        string before = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        UsePort();
        ProgramResult refused = (await workspace.RunAsync("deploy")).Expect(4);
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), refused.Error, StringComparison.Ordinal);
        await Scoring.SevenIsReadAsync(before);

        workspace.ChangeModel("second");
        (await workspace.RunAsync("deploy")).Expect(4);
        await Scoring.SevenIsReadAsync(before);
        Assert.Contains("/revisions/1/", Assert.Single(workspace.Scorers()).CommandLine[0], StringComparison.Ordinal);

        other.Stop();
        JsonObject moved = await workspace.DeployAsync();
        Assert.Equal($"http://127.0.0.1:{port}/", (string)moved["endpoint"]!["url"]!);
        await Scoring.SevenIsReadAsync((string)moved["endpoint"]!["scoringUri"]!);
    }

    private void UsePort() => workspace.Edit("config/deployment.yaml", "port: 0 ", $"port: {port} ");
}
