using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests;

/// <summary>What is left on the disk when processes end without a word, and what others do with their ids and ports meanwhile.</summary>
public sealed partial class RestartSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task After_a_reboot_process_ids_that_now_belong_to_others_are_not_taken_for_ours()
    {
        JsonObject first = await workspace.DeployAsync();
        foreach (RunningProcess process in workspace.Processes()) DeployerRun.Signal(process.Id, DeployerRun.SigKill);
        await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 0, "all are gone");
        foreach (string file in Directory.GetFiles(workspace[".deployer/endpoints/mnist"], "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is "started.pid" or "process.json"))
        {
            // The process id is the first number in both.
            string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, FirstNumber().Replace(text, $"{Environment.ProcessId}", 1), TestContext.Current.CancellationToken);
        }

        Assert.Equal("stopped", (string)(await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]![0]!["state"]!);
        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(first["endpoint"]!.ToJsonString(), again["endpoint"]!.ToJsonString());
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_url_once_given_is_kept_even_while_another_program_has_its_port()
    {
        JsonObject first = await workspace.DeployAsync();
        DeployerRun.Signal(workspace.Fronts().Single().Id, DeployerRun.SigKill);
        await TestWorkspace.EventuallyAsync(() => workspace.Fronts().Count == 0, "the front is gone");
        int port = new Uri((string)first["endpoint"]!["url"]!).Port;
        using (TcpListener other = new(IPAddress.Loopback, port))
        {
            other.Start();
            for (int i = 0; i < 2; i++)
                Assert.Contains($"Port {port} cannot be listened on", (await workspace.RunAsync("deploy")).Expect(4).Error, StringComparison.Ordinal);
        }
        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(first["endpoint"]!.ToJsonString(), again["endpoint"]!.ToJsonString());
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_scorer_that_was_started_and_not_recorded_is_the_one_that_serves_or_gives_way()
    {
        using DeployerRun run = workspace.Start("deploy");
        await TestWorkspace.EventuallyAsync(() => workspace.Scorers().Count == 1, "the scorer is started");
        int unrecorded = workspace.Scorers().Single().Id;
        DeployerRun.Signal(unrecorded, DeployerRun.SigStop);
        run.Signal(DeployerRun.SigKill);
        await run.WaitAsync();
        File.Delete(workspace[".deployer/endpoints/mnist/revisions/1/run/started.pid"]);

        using DeployerRun again = workspace.Start("deploy", "--output", "json");
        await TestWorkspace.EventuallyAsync(() => workspace.Scorers().Count == 2, "another scorer is started");
        DeployerRun.Signal(unrecorded, DeployerRun.SigCont);
        JsonObject result = (await again.WaitAsync()).Expect(0).Document;
        await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 2, "one scorer and one front run");
        Assert.Single(workspace.Scorers());
        await Scoring.SevenIsReadAsync((string)result["endpoint"]!["scoringUri"]!);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex FirstNumber();
}
