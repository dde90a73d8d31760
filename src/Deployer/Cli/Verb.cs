using System.Text.Json;
using System.Text.Json.Nodes;
using Deployer.Configuration;
using Deployer.Engine;
using Deployer.Local;

namespace Deployer.Cli;

/// <summary>What a verb's body works with: the terminal, the options, and the project it is called in.</summary>
public sealed class Verb(Surroundings surroundings, GlobalOptions options, IReporter reporter, Interrupts interrupts)
{
    private const string ShowCursor = "\e[?25h";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public Surroundings Surroundings => surroundings;

    public bool IsJson => options.Output == OutputFormat.Json;

    /// <summary>Whether a run was begun, which could be gone on with.</summary>
    public bool HasRun { get; private set; }

    public TextWriter Out => surroundings.Out;

    public ConfigurationFiles Files => new(surroundings.CurrentFolder);

    /// <summary>workspace.json and the YAML files.</summary>
    /// <exception cref="DeployerException">Every problem in them.</exception>
    public LoadedConfiguration ReadConfiguration() => Files.Read(options.Workspace, options.Config);

    /// <summary>Where state lies, for verbs that need no more than that.</summary>
    public StateDirectory ReadState() => StateOf(Files.ReadWorkspace(options.Workspace));

    public static StateDirectory StateOf(Workspace workspace) => new(workspace.Folder);

    /// <summary>The endpoint that is named, or the only one there is.</summary>
    /// <exception cref="DeployerException"><see cref="FailureCode.NotFound"/>.</exception>
    public static string EndpointName(StateDirectory state, string? name)
    {
        IReadOnlyList<string> names = state.EndpointNames;
        if (name is not null && names.Contains(name)) return name;
        if (name is null && names.Count == 1) return names[0];
        string there = names.Count == 0 ? "There are none yet." : $"There are: {string.Join(", ", names)}.";
        throw new DeployerException(FailureCode.NotFound,
            name is null ? $"Which endpoint? {there}" : $"There is no endpoint named '{name}'. {there}",
            names.Count == 0 ? "Run `deployer deploy` first." : "Name one of them.");
    }

    /// <summary>Prints the answer as JSON, indented, to stdout.</summary>
    public void Answer(JsonObject document) => surroundings.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>Runs a workflow with the deployment held and journaled.</summary>
    /// <inheritdoc cref="RunSession.RunAsync"/>
    public async Task<TResult> RunAsync<TResult>(
        StateDirectory state, RunTerms terms, Func<StepRunner, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        state.Prepare();
        HasRun = true;
        interrupts.BeforeExit = () =>
        {
            if (surroundings.IsErrorTerminal) surroundings.Error.WriteLine(ShowCursor);
            SayHowToResume();
        };
        var session = new RunSession(state.Deployments, surroundings.Time, reporter.Tell, surroundings.Failpoint, surroundings.Version);
        var request = new RunRequest
        {
            Deployment = terms.Deployment,
            Kind = terms.Kind,
            PlanHash = terms.PlanHash,
            Plan = terms.Plan,
            Packer = Planning.Planner.Packer,
            Deadline = terms.Deadline,
            AdoptForeign = terms.AdoptForeign,
            Holder = new LockHolder
            {
                User = surroundings.User,
                Host = surroundings.Host,
                ProcessId = surroundings.ProcessId,
                Run = terms.Run,
                Since = surroundings.Time.GetUtcNow(),
                Url = surroundings.CiRunUrl,
            },
        };
        try
        {
            return await session.RunAsync(request, (run, token) => DiskFailure.ToldAsync(() => work(run, token)), () => interrupts.Signal, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The story is told before the answer is printed.
            await reporter.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void SayHowToResume() =>
        surroundings.Error.WriteLine("Let go: what was started goes on, nothing is lost. Run `deployer resume` (or the same command again) to go on.");
}

/// <summary>What a run is for.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Deployment">The deployment it holds.</param>
/// <param name="Kind">The verb.</param>
/// <param name="PlanHash">SHA-256 of the plan.</param>
/// <param name="Plan">What <c>resume</c> goes on with.</param>
/// <param name="Deadline">How long it may take.</param>
/// <param name="AdoptForeign">Whether to take over what somebody else made.</param>
public sealed record RunTerms(
    string Run, string Deployment, string Kind, string PlanHash, JsonObject Plan, TimeSpan Deadline, bool AdoptForeign = false);
