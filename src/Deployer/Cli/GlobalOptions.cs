using System.CommandLine;
using System.CommandLine.Parsing;

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
        CustomParser = ParseOutput,
        CompletionSources = { "text", "json" },
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

    /// <summary>Whether JSON is asked for, on a command line that may be wrong elsewhere.</summary>
    public static bool AskForJson(IReadOnlyList<string> args) =>
        args.Any(a => a is "--output=json" or "-o=json" or "-ojson") || args.Zip(args.Skip(1)).Any(pair => pair is ("--output" or "-o", "json"));

    public static GlobalOptions From(ParseResult parsed) => new(
        parsed.GetValue(WorkspaceOption), parsed.GetValue(ConfigOption), parsed.GetValue(OutputOption), parsed.GetValue(VerboseOption));

    private static OutputFormat ParseOutput(ArgumentResult result)
    {
        string text = result.Tokens[^1].Value;
        if (Enum.GetNames<OutputFormat>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name) return Enum.Parse<OutputFormat>(name);
        result.AddError($"--output takes text or json, not '{text}'.");
        return OutputFormat.Text;
    }
}
