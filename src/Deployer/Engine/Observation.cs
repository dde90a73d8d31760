namespace Deployer.Engine;

/// <summary>What reading the far side says about a step's goal. Closed: the cases below are all there are.</summary>
/// <typeparam name="T">What the step hands on when the goal is met.</typeparam>
public abstract record Observation<T>
{
    private Observation()
    {
    }

    /// <summary>Nothing of it is there.</summary>
    public sealed record Absent : Observation<T>;

    /// <summary>It is there as wanted.</summary>
    public sealed record Match(T Value) : Observation<T>;

    /// <summary>It is there, is ours, and is not as wanted.</summary>
    /// <param name="What">How.</param>
    /// <param name="Then">What it will be once changed, where that is known already; lets a plan look further.</param>
    public sealed record Differs(string What, T? Then = default) : Observation<T>;

    /// <summary>It is being made right now.</summary>
    public sealed record InProgress(string WaitingFor) : Observation<T>;

    /// <summary>Something of that name is there and somebody else made it.</summary>
    public sealed record Foreign(string Owner) : Observation<T>;

    /// <summary>It was made and it does not work; making it again from the same input would not help.</summary>
    public sealed record Broken(DeployerException Why) : Observation<T>;

    /// <summary>The word the journal and the events use.</summary>
    public string Verdict => this switch
    {
        Absent => "absent",
        Match => "match",
        Differs => "differs",
        InProgress => "inprogress",
        Foreign => "foreign",
        _ => "broken",
    };

    /// <summary>What makes it so, where there is something to say.</summary>
    public string? Detail => this switch
    {
        Differs d => d.What,
        InProgress p => p.WaitingFor,
        Foreign f => f.Owner,
        Broken b => b.Why.Message,
        _ => null,
    };
}
