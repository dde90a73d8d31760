using System.CommandLine;
using Deployer.Engine;

namespace Deployer.Cli;

/// <summary>
/// Runs a verb's body: picks the reporter, listens for signals, and turns however it ends into words and an exit code. Every verb goes through here.
/// </summary>
public sealed class Invocation(Surroundings surroundings)
{
    /// <param name="parsed">The command line.</param>
    /// <param name="body">The verb; returns the exit code.</param>
    public async Task<int> RunAsync(ParseResult parsed, Func<Verb, CancellationToken, Task<int>> body)
    {
        GlobalOptions options = GlobalOptions.From(parsed);
        using var interrupts = new Interrupts(surroundings.ExitNow, surroundings.Time);
        IReporter reporter = Reporter(options);
        var verb = new Verb(surroundings, options, reporter, interrupts);
        DeployerException failure;
        try
        {
            try
            {
                return await body(verb, interrupts.Token).ConfigureAwait(false);
            }
            finally
            {
                await reporter.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (DeployerException e)
        {
            failure = e;
        }
        catch (OperationCanceledException) when (interrupts.ExitCode is not null)
        {
            if (verb.HasRun) verb.SayHowToResume();
            return interrupts.ExitCode.Value;
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            failure = DiskFailure.Of(e);
        }
        catch (Exception e)
        {
            string what = options.Verbose ? e.ToString() : $"{e.GetType().Name}: {e.Message}";
            const string remedy = "This is a mistake in the deployer. Please report it with what --verbose prints; the run is resumable.";
            if (reporter is JsonReporter json) json.Fail("Bug", what, remedy, ExitCodes.Bug);
            else await surroundings.Error.WriteLineAsync($"bug: {what}\n  {remedy}").ConfigureAwait(false);
            return ExitCodes.Bug;
        }
        Tell(failure, options, reporter);
        return ExitCodes.Of(failure.Code);
    }

    private IReporter Reporter(GlobalOptions options) =>
        options.Output == OutputFormat.Json ? new JsonReporter(surroundings.Error)
        : surroundings.IsErrorTerminal ? new LiveReporter(surroundings.Error, surroundings.Time)
        : new PlainReporter(surroundings.Error);

    private void Tell(DeployerException failure, GlobalOptions options, IReporter reporter)
    {
        if (reporter is JsonReporter json)
        {
            // Whoever reads these lines wants JSON and nothing between.
            json.Fail(failure);
            return;
        }
        surroundings.Error.WriteLine($"error: {failure.Message}");
        surroundings.Error.WriteLine($"  {failure.Remedy}");
        surroundings.Error.WriteLine($"  ({failure.Code}, exit code {ExitCodes.Of(failure.Code)})");
        if (options.Verbose && failure.InnerException is { } inner) surroundings.Error.WriteLine(inner.ToString());
        if (surroundings.Ci == CiSystem.None) return;
        foreach (string annotation in CiAnnotation.Errors(surroundings.Ci, failure, f => CiAnnotation.FromCheckout(f, surroundings.CurrentFolder, surroundings.CiFolder)))
            surroundings.Error.WriteLine(annotation);
    }
}
