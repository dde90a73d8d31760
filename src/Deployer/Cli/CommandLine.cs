using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using Deployer.Configuration;

namespace Deployer.Cli;

/// <summary>The verbs, and how a command line that cannot be understood is answered.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings)
    {
        if (args.Contains("--version", StringComparer.Ordinal) && args.All(a => a is "--version" or "-o" or "--output" or "text" or "json" or "--output=json" or "--output=text"))
            args = ["--version"];
        RootCommand root = Create(surroundings);
        if (args is ["help", ..]) args = AsOption(args[1..], root);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            IReadOnlyList<string> errors = CommandLineErrors.Of(parsed, root);
            if (GlobalOptions.AskForJson(args))
            {
                new JsonReporter(surroundings.Error).Fail(new DeployerException(FailureCode.Usage, string.Join('\n', errors), CommandLineErrors.Remedy(parsed)));
                return ExitCodes.Of(FailureCode.Usage);
            }
            if (args.Length == 0) await root.Parse("--help").InvokeAsync(new InvocationConfiguration { Output = surroundings.Error }).ConfigureAwait(false);
            foreach (string error in errors) await surroundings.Error.WriteLineAsync($"error: {error}").ConfigureAwait(false);
            await surroundings.Error.WriteLineAsync($"  {CommandLineErrors.Remedy(parsed)}").ConfigureAwait(false);
            return ExitCodes.Of(FailureCode.Usage);
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = surroundings.Out,
                Error = surroundings.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }).ConfigureAwait(false);
        }
        catch (DeployerException e)
        {
            // Of what no verb prints: the help and the version.
            await surroundings.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return ExitCodes.Of(e.Code);
        }
    }

    /// <summary><c>help VERB</c> as <c>VERB --help</c>; what is no verb is left to be refused as such.</summary>
    private static string[] AsOption(string[] words, RootCommand root) => words switch
    {
        [] => ["--help"],
        [var verb, ..] when root.Subcommands.Any(c => c.Name == verb) => [verb, "--help"],
        _ => words,
    };

    private static RootCommand Create(Surroundings surroundings)
    {
        var invocation = new Invocation(surroundings);
        var setup = new DeploymentSetup(surroundings);
        var deploy = new DeployCommand(invocation, setup);
        var rollback = new RollbackCommand(invocation, setup);
        var root = new RootCommand("From an .onnx file to a live, proven scoring endpoint.")
        {
            new InitCommand(invocation).Create(),
            new InspectCommand(invocation).Create(),
            new PlanCommand(invocation, setup).Create(),
            new RegisterCommand(invocation, setup).Create(),
            new BuildCommand(invocation, setup).Create(),
            deploy.Create(),
            new StatusCommand(invocation).Create(),
            new LogsCommand(invocation).Create(),
            new InvokeCommand(invocation).Create(),
            rollback.Create(),
            new DeleteCommand(invocation).Create(),
            new ResumeCommand(invocation, setup, deploy, rollback).Create(),
            new CompletionCommand(invocation).Create(),
            new FrontCommand(surroundings).Create(),
        };
        GlobalOptions.AddTo(root);
        foreach (Argument name in root.Subcommands.SelectMany(c => c.Arguments).Where(a => a.Name == Options.EndpointName))
            name.CompletionSources.Add(_ => EndpointNames(surroundings).Select(n => new CompletionItem(n)));
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help }) option.Action = new HelpWithExamples(help);
            if (option is VersionOption) option.Action = new PrintVersion(surroundings.Version);
        }
        return root;
    }

    /// <summary>For completion, which offers none rather than an error.</summary>
    private static IReadOnlyList<string> EndpointNames(Surroundings surroundings)
    {
        try
        {
            return Verb.StateOf(new ConfigurationFiles(surroundings.CurrentFolder).ReadWorkspace(null)).EndpointNames;
        }
        catch (Exception e) when (e is DeployerException || DiskFailure.Is(e))
        {
            return [];
        }
    }
}
