namespace Deployer.Engine;

/// <summary>
/// Lets a test end the process at a named instant, to prove that nothing is lost there. Armed by <c>DEPLOYER_FAILPOINT=NAME@N</c>:
/// the process is killed as kill -9 does the N-th time it gets to NAME.
/// </summary>
public sealed class Failpoint
{
    private readonly string? name;
    private readonly Action die;
    private int remaining;

    /// <param name="armed"><c>NAME@N</c>, or null for never.</param>
    /// <param name="die">Ends the process at once, without cleaning up.</param>
    public Failpoint(string? armed, Action die)
    {
        this.die = die;
        if (armed?.Split('@') is not [string point, string count] || !int.TryParse(count, out int n)) return;
        name = point;
        remaining = n;
    }

    public static Failpoint None { get; } = new(null, static () => { });

    /// <summary>Whether the next <see cref="Reach"/> of this point is the one that kills.</summary>
    public bool IsNext(string point) => remaining == 1 && point == name;

    public void Reach(string point)
    {
        if (point != name || Interlocked.Decrement(ref remaining) != 0) return;
        die();
    }
}
