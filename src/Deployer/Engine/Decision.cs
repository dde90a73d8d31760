namespace Deployer.Engine;

/// <summary>What a step does about what it observed.</summary>
public enum Decision
{
    /// <summary>As wanted, and this deployment made it: nothing to do.</summary>
    Skip,
    /// <summary>As wanted, though no run recorded finishing it (it was killed, or the journal is lost): take it over.</summary>
    Adopt,
    /// <summary>Make it.</summary>
    Act,
    /// <summary>Ours and different: change it.</summary>
    Replace,
    /// <summary>Already under way: wait for it.</summary>
    Wait,
    /// <summary>Not ours, or known not to work: stop.</summary>
    Refuse,
}

/// <summary>The rule from observation to decision; pure.</summary>
public static class Decisions
{
    /// <param name="observation">What is there.</param>
    /// <param name="recordedDone">Whether the journal has this step, with this very input, as done.</param>
    /// <param name="adoptForeign">Whether the user said <c>--adopt</c>.</param>
    public static Decision Of<T>(Observation<T> observation, bool recordedDone, bool adoptForeign) => observation switch
    {
        Observation<T>.Match => recordedDone ? Decision.Skip : Decision.Adopt,
        Observation<T>.Absent => Decision.Act,
        Observation<T>.Differs => Decision.Replace,
        Observation<T>.InProgress => Decision.Wait,
        Observation<T>.Foreign => adoptForeign ? Decision.Replace : Decision.Refuse,
        _ => Decision.Refuse,
    };

    /// <summary>The word the journal, the events and the result use.</summary>
    public static string Word(this Decision decision) => decision switch
    {
        Decision.Skip => "skip",
        Decision.Adopt => "adopt",
        Decision.Act => "act",
        Decision.Replace => "replace",
        Decision.Wait => "wait",
        _ => "refuse",
    };
}
