using System.Net;
using System.Text.Json.Nodes;

namespace ScoringImage.Tests;

public sealed class RunDirectorySpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scorer-run-").FullName;

    private string ProcessFile => Path.Combine(_folder, "process.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_says_where_the_scorer_is_and_when_it_has_become_ready()
    {
        await using var scorer = await StartAsync();
        string told = "";
        for (var i = 0; i < 500 && !told.Contains("true", StringComparison.Ordinal); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            told = await File.ReadAllTextAsync(ProcessFile, TestContext.Current.CancellationToken);
        }
        Assert.Equal($$"""{"pid":{{scorer.Id}},"port":{{scorer.Port}},"ready":true}""" + "\n", told);
        Assert.Equal([Path.Combine(_folder, "lock"), ProcessFile], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_second_scorer_ends_with_75_and_the_first_is_not_disturbed()
    {
        await using var first = await StartAsync();
        await using var second = ScorerProcess.Launch(SmallModels.Sum(), environment: [("SCORER_RUN_DIR", _folder)]);
        Assert.Equal(75, await second.WhenExitedAsync());
        Assert.Equal($"error: another scorer runs here: it holds {Path.Combine(_folder, "lock")}\n", second.Errors);
        Assert.Equal(first.Id, (int)JsonNode.Parse(await File.ReadAllTextAsync(ProcessFile, TestContext.Current.CancellationToken))!["pid"]!);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task The_lock_is_free_after_the_scorer_was_killed_and_its_process_file_is_replaced()
    {
        await using (await StartAsync())
        {
            // disposing is kill -9
        }
        Assert.True(File.Exists(ProcessFile));

        await using var next = await StartAsync();
        Assert.Equal(next.Id, (int)JsonNode.Parse(await File.ReadAllTextAsync(ProcessFile, TestContext.Current.CancellationToken))!["pid"]!);
    }

    [Fact]
    public async Task A_former_scorers_process_file_is_gone_before_the_model_or_port_can_fail()
    {
        await File.WriteAllTextAsync(ProcessFile, "{\"pid\":1,\"port\":1}\n", TestContext.Current.CancellationToken);
        await using var scorer = ScorerProcess.Launch(SmallModels.Sum(), environment: [("SCORER_RUN_DIR", _folder), ("SCORER_ADDRESS", "192.0.2.1")]);
        Assert.Equal(4, await scorer.WhenExitedAsync());
        Assert.False(File.Exists(ProcessFile));
    }

    [Fact]
    public async Task A_terminal_that_goes_away_does_not_stop_it()
    {
        await using var scorer = await StartAsync();
        scorer.Signal(ScorerProcess.SigHup);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, """{"result":{"sum":[3]}}"""), await scorer.ScoreAsync("""{"data": {"a": [1], "b": [2]}}"""));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_ends_it_with_2()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Sum(), environment: [("SCORER_RUN_DIR", "/nowhere/at/all")]);
        Assert.Equal(2, await scorer.WhenExitedAsync());
        Assert.StartsWith("error: SCORER_RUN_DIR: ", scorer.Errors, StringComparison.Ordinal);
    }

    private Task<ScorerProcess> StartAsync() => ScorerProcess.StartAsync(SmallModels.Sum(), environment: [("SCORER_RUN_DIR", _folder)]);
}
