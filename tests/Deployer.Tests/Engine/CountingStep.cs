using System.Text.Json.Nodes;
using Deployer.Engine;

namespace Deployer.Tests.Engine;

/// <summary>A step over a far side that is one variable; it counts what is done to it.</summary>
internal sealed class CountingStep : IStep<string, string>
{
    /// <summary>What the far side holds; null is nothing.</summary>
    public string? There { get; set; }
    /// <summary>Polls that say "running" before the work is done.</summary>
    public int PollsToGo { get; set; }
    public TimeSpan? RetryAfter { get; set; }
    public Func<DeployerException>? FailAct { get; set; }
    public Observation<string>? Observed { get; set; }
    public int Acts { get; private set; }
    public int Polls { get; private set; }
    public int Undone { get; private set; }

    public string Name => "counting";
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(5);
    public Pace Pace { get; } = new(TimeSpan.FromSeconds(2), 1.5, TimeSpan.FromSeconds(30));

    public string Identity(string input) => input;

    public Task<Observation<string>> ObserveAsync(string input, CancellationToken cancellationToken) => Task.FromResult(
        Observed ?? (There is null ? new Observation<string>.Absent()
        : There == input ? new Observation<string>.Match(There)
        : new Observation<string>.Differs($"it holds {There}")));

    public Task ActAsync(string input, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        Acts++;
        if (FailAct is not null) throw FailAct();
        There = input;
        return Task.CompletedTask;
    }

    public Task<Poll<string>> PollAsync(string input, CancellationToken cancellationToken)
    {
        Polls++;
        return Task.FromResult<Poll<string>>(
            PollsToGo-- > 0 ? new Poll<string>.Running("the variable to settle", RetryAfter) : new Poll<string>.Succeeded(There!));
    }

    public Task<bool> UndoAsync(string input, CancellationToken cancellationToken)
    {
        Undone++;
        There = null;
        return Task.FromResult(true);
    }

    public JsonObject Describe(string output) => new() { ["value"] = output };
}
