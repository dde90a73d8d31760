using System.CommandLine;
using System.CommandLine.Parsing;
using Deployer.Configuration;

namespace Deployer.Cli;

/// <summary>What is wrong with a command line, in words that name no type and no class.</summary>
internal static class CommandLineErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed, RootCommand root)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(t => t.StartsWith('-')) is { } option)
            return [$"There is no option '{option}'{Suggestion(option, parsed.CommandResult.Command, root)}"];
        if (parsed is { CommandResult.Command: RootCommand, UnmatchedTokens: [var word, ..] })
            return [$"There is no verb '{word}'{Nearest.Hint(word, [.. root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)], "the verbs are")}"];
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count == 0 && parsed.Errors.All(e => e.SymbolResult is CommandResult))
            return ["Name a verb."];
        return [.. parsed.Errors.Select(Say).Distinct()];
    }

    public static string Remedy(ParseResult parsed)
    {
        string verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        return $"`deployer{verb} --help` shows what there is, with examples.";
    }

    private static string Suggestion(string written, Command command, RootCommand root)
    {
        string name = written.Split('=', ':')[0];
        IEnumerable<string> there = command.Options.Concat(root.Options).Where(o => !o.Hidden).Select(o => o.Name);
        return Nearest.To(name, there) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
    }

    // The library's own words for a value it cannot convert name the .NET type that it wanted.
    private static string Say(ParseError error) =>
        error is { SymbolResult: OptionResult { Option: var option, Tokens: [var token, ..] } } && error.Message.Contains(option.ValueType.ToString(), StringComparison.Ordinal)
            ? $"{option.Name} takes {(option.ValueType == typeof(bool) ? "true or false" : "a whole number")}, not '{token.Value}'."
            : error.Message;
}
