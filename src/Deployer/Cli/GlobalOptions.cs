using System.CommandLine;

namespace Deployer.Cli;

public enum OutputFormat
{
    Text,
    Json,
}

/// <summary>The options every verb takes.</summary>
public sealed record GlobalOptions(string? Workspace, string? Config, OutputFormat Output, bool Verbose)
{
    private static readonly Option<string?> WorkspaceOption = new("--workspace")
    {
        Description = "The workspace.json to use, or its folder. Without it: here and in each parent, workspace.json, .azureml/config.json, config.json.",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> ConfigOption = new("--config")
    {
        Description = "The deployment file. Without it: config/deployment.yaml beside workspace.json.",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<OutputFormat> OutputOption = new("--output", "-o")
    {
        Description = "text for people; json for programs: the answer on stdout, events as JSON lines on stderr.",
        HelpName = "text|json",
        Recursive = true,
    };

    private static readonly Option<bool> VerboseOption = new("--verbose")
    {
        Description = "Show what is underneath an error.",
        Recursive = true,
    };

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(WorkspaceOption);
        root.Options.Add(ConfigOption);
        root.Options.Add(OutputOption);
        root.Options.Add(VerboseOption);
    }

    public static GlobalOptions From(ParseResult parsed) => new(
        parsed.GetValue(WorkspaceOption), parsed.GetValue(ConfigOption), parsed.GetValue(OutputOption), parsed.GetValue(VerboseOption));
}
