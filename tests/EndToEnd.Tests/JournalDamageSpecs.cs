using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>What a person sees who deploys over a damaged journal; every byte of it is tried in Deployer.Tests.</summary>
public sealed class JournalDamageSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task A_journal_damaged_in_its_middle_stops_the_run_and_moved_aside_as_told_loses_nothing()
    {
        JsonObject first = await workspace.DeployAsync();
        byte[] journal = await File.ReadAllBytesAsync(workspace.JournalFile, TestContext.Current.CancellationToken);
        journal[journal.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(workspace.JournalFile, journal, TestContext.Current.CancellationToken);

        foreach (string[] arguments in (string[][])[["deploy"], ["resume"], ["delete", "mnist"]])
            Assert.Contains("the journal is damaged", (await workspace.RunAsync(arguments)).Expect(11).Error, StringComparison.Ordinal);
        ProgramResult refused = (await workspace.RunAsync("deploy")).Expect(11);
        await Scoring.SevenIsReadAsync((string)first["endpoint"]!["scoringUri"]!);
        Assert.Equal(journal, await File.ReadAllBytesAsync(workspace.JournalFile, TestContext.Current.CancellationToken));

        string move = refused.Error[(refused.Error.IndexOf("(mv ", StringComparison.Ordinal) + 1)..refused.Error.IndexOf("')", StringComparison.Ordinal)] + "'";
        (await DeployerProgram.RunOtherAsync("bash", workspace.Folder, ["-c", move])).Expect(0);
        JsonObject again = await workspace.DeployAsync();
        // Only the proofs are made anew: no run is known to have asked for them.
        Assert.All(again["steps"]!.AsArray(), step =>
            Assert.Equal((string)step!["name"]! switch { "verify" or "confirm" => "act", "retire" => "skip", _ => "adopt" }, (string)step["decision"]!));
        Assert.Equal((1, "1"), ((int)again["revision"]!, (string)again["model"]!["version"]!));
        Assert.Equal(first["endpoint"]!.ToJsonString(), again["endpoint"]!.ToJsonString());
        JournalLines.Read(workspace.JournalFile);
    }

    [Fact]
    public async Task A_journal_cut_short_is_mended_and_the_deployment_stays_one()
    {
        await workspace.DeployAsync();
        byte[] whole = await File.ReadAllBytesAsync(workspace.JournalFile, TestContext.Current.CancellationToken);
        foreach (int length in (int[])[whole.Length - 1, whole.Length * 3 / 4, whole.Length / 2, 10, 0])
        {
            await File.WriteAllBytesAsync(workspace.JournalFile, whole[..length], TestContext.Current.CancellationToken);
            (await workspace.RunAsync("status")).Expect(0);
            ProgramResult again = (await workspace.RunAsync("deploy", "--output", "json")).Expect(0);
            Assert.Equal(1, (int)again.Document["revision"]!);
            Assert.Equal(2, workspace.Processes().Count);
            JournalLines.Read(workspace.JournalFile);
        }
    }
}
