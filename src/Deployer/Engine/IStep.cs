using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>
/// One thing a deployment makes. A step gets its input and a token, nothing else, and can always decide from <see cref="ObserveAsync"/>
/// alone what is left to do: starting it twice is harmless, with or without a journal.
/// </summary>
/// <typeparam name="TInput">What the plan and the steps before give it.</typeparam>
/// <typeparam name="TOutput">What it hands on.</typeparam>
public interface IStep<TInput, TOutput>
{
    /// <summary>Kebab-case, as printed and journaled.</summary>
    string Name { get; }

    /// <summary>How long to wait for what was started before the run stops waiting; what was started goes on. Acting itself is not counted.</summary>
    TimeSpan Deadline { get; }

    /// <summary>How to wait between two polls.</summary>
    Pace Pace { get; }

    /// <summary>Everything the goal depends on, as text; equal identities mean the same goal.</summary>
    string Identity(TInput input);

    /// <summary>Reads what is there. Changes nothing.</summary>
    Task<Observation<TOutput>> ObserveAsync(TInput input, CancellationToken cancellationToken);

    /// <summary>From what is there to what to do; pure.</summary>
    /// <param name="observation">What is there.</param>
    /// <param name="recordedDone">Whether the journal has this step, with this very identity, as done.</param>
    /// <param name="adoptForeign">Whether the user said <c>--adopt</c>.</param>
    Decision Decide(Observation<TOutput> observation, bool recordedDone, bool adoptForeign) =>
        Decisions.Of(observation, recordedDone, adoptForeign);

    /// <summary>Makes the one mutation (or the one set of mutations that may be repeated) that leads to the goal.</summary>
    /// <param name="input">The goal.</param>
    /// <param name="progress">Told how far long work is.</param>
    /// <param name="cancellationToken">Ends the work early; whatever is half made must be harmless.</param>
    Task ActAsync(TInput input, IProgress<Amount> progress, CancellationToken cancellationToken);

    /// <summary>Reads how far what was started has come. Changes nothing.</summary>
    Task<Poll<TOutput>> PollAsync(TInput input, CancellationToken cancellationToken);

    /// <summary>Puts things back as they were before <see cref="ActAsync"/>; repeatable like it.</summary>
    /// <param name="input">The goal that is given up.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>Whether there was anything to put back.</returns>
    Task<bool> UndoAsync(TInput input, CancellationToken cancellationToken);

    /// <summary>What the journal keeps of the output: ids, digests, addresses. Never a secret.</summary>
    JsonObject Describe(TOutput output);
}

/// <summary>Where something started stands. Closed: the cases below are all there are.</summary>
public abstract record Poll<T>
{
    private Poll()
    {
    }

    /// <param name="WaitingFor">What is being waited for, as a phrase: "the scorer to load the model".</param>
    /// <param name="RetryAfter">What the far side asked for; null takes the step's own pace.</param>
    public sealed record Running(string WaitingFor, TimeSpan? RetryAfter = null) : Poll<T>;

    public sealed record Succeeded(T Value) : Poll<T>;

    public sealed record Failed(DeployerException Why) : Poll<T>;
}

/// <summary>How much of a long piece of work is done.</summary>
/// <param name="Done">Bytes so far.</param>
/// <param name="Total">Bytes in all; 0 when not known.</param>
public readonly record struct Amount(long Done, long Total);

/// <summary>Waits that grow: <paramref name="First"/>, then <paramref name="Factor"/> times longer each, up to <paramref name="Longest"/>.</summary>
public sealed record Pace(TimeSpan First, double Factor, TimeSpan Longest)
{
    private static readonly TimeSpan ShortestRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>For things on this machine.</summary>
    public static Pace Local { get; } = new(TimeSpan.FromMilliseconds(10), 1.3, TimeSpan.FromMilliseconds(250));

    /// <summary>The wait before poll number <paramref name="attempt"/>, counted from 1.</summary>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="retryAfter">The far side's wish; taken between 1 second and 10 minutes.</param>
    public TimeSpan Wait(int attempt, TimeSpan? retryAfter) => retryAfter is { } asked
        ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, ShortestRetryAfter.Ticks, LongestRetryAfter.Ticks))
        : TimeSpan.FromTicks((long)Math.Min(First.Ticks * Math.Pow(Factor, attempt - 1), Longest.Ticks));
}
