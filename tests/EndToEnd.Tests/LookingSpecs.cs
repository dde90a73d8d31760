namespace EndToEnd.Tests;

/// <summary>
/// Whether a background process lives is found out by trying its lock. Whoever tries has it for an instant: that must disturb neither
/// the process nor others who look. Here the instant is a long one.
/// </summary>
public sealed class LookingSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Theory]
    [InlineData("revisions/1/run")]
    [InlineData("front")]
    public async Task Looking_at_the_lock_as_its_process_starts_does_not_end_the_process(string runFolder)
    {
        string folder = workspace[$".deployer/endpoints/mnist/{runFolder}"];
        using DeployerRun run = workspace.Start("deploy");
        while (!Directory.Exists(folder)) await Task.Yield();
        await using (new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read))
        {
            await TestWorkspace.EventuallyAsync(() => File.Exists(Path.Combine(folder, "started.pid")), "the process is started");
            await Task.Delay(350, TestContext.Current.CancellationToken);
        }
        (await run.WaitAsync()).Expect(0);
    }

    [Fact]
    public async Task Another_who_looks_is_not_taken_for_the_process()
    {
        await workspace.DeployAsync();
        DeployerRun.Signal(workspace.Fronts().Single().Id, DeployerRun.SigKill);
        await TestWorkspace.EventuallyAsync(() => workspace.Fronts().Count == 0, "the front is gone");

        using DeployerRun run = workspace.Start("deploy");
        await using (new FileStream(workspace[".deployer/endpoints/mnist/front/lock"], FileMode.Open, FileAccess.Read, FileShare.Read))
            await TestWorkspace.EventuallyAsync(() => workspace.Fronts().Count == 1, "the front is started");
        (await run.WaitAsync()).Expect(0);
    }
}
