using Deployer.Engine;

namespace Deployer.Tests.Engine;

public sealed class FullDiskSpecs : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_lock_is_had_even_where_the_holders_name_cannot_be_written()
    {
        // What is a folder cannot be replaced by a file, as on a full disk.
        Directory.CreateDirectory(Path.Combine(folder["local-mnist"], "holder.json", "x"));
        var holder = new LockHolder { User = "u", Host = "h", ProcessId = 1, Run = "r", Since = DateTimeOffset.UnixEpoch };
        using DeploymentLock held = await DeploymentLock.AcquireAsync(folder["local-mnist"], holder, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.NotNull(held);
    }
}
