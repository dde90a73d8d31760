using System.Text.RegularExpressions;

namespace Deployer.Cli;

/// <summary>A failure in the words by which a pipeline's own page shows it.</summary>
public static partial class CiAnnotation
{
    /// <returns>
    /// GitHub's <c>::error</c> workflow commands or Azure Pipelines' <c>task.logissue</c> logging commands: one for each line of the message that names a place
    /// in a file, so that the page shows it there; one for the whole where no line does.
    /// </returns>
    /// <param name="system">Whose words.</param>
    /// <param name="failure">The failure.</param>
    /// <param name="show">A file's name as the page knows it: relative to the checkout.</param>
    public static IReadOnlyList<string> Errors(CiSystem system, DeployerException failure, Func<string, string> show)
    {
        Match[] places = [.. Place().Matches(failure.Message).Cast<Match>()];
        return places.Length > 0
            ? [.. places.Select(p => Line(system, failure.Code, p.Groups["text"].Value, show(p.Groups["file"].Value), p.Groups["line"].Value, p.Groups["column"].Value))]
            : [Line(system, failure.Code, $"{failure.Message} {failure.Remedy}", null, null, null)];
    }

    /// <summary>A file's name relative to the checkout; as it is, where it lies outside or the checkout is not known.</summary>
    /// <param name="file">Relative to the current folder, or absolute.</param>
    /// <param name="currentFolder">Absolute.</param>
    /// <param name="checkout">Absolute.</param>
    public static string FromCheckout(string file, string currentFolder, string? checkout)
    {
        if (checkout is null) return file;
        string relative = Path.GetRelativePath(checkout, Path.GetFullPath(file, currentFolder));
        bool isBelow = !Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith("../", StringComparison.Ordinal);
        return isBelow ? relative : file;
    }

    private static string Line(CiSystem system, FailureCode code, string text, string? file, string? line, string? column) =>
        (system, file) switch
        {
            (CiSystem.GitHubActions, null) => $"::error title=deployer {code}::{Escape(text)}",
            (CiSystem.GitHubActions, _) => $"::error title=deployer {code},file={Escape(file)},line={line},col={column}::{Escape(text)}",
            (_, null) => $"##vso[task.logissue type=error;code={code}]{Escape(text)}",
            _ => $"##vso[task.logissue type=error;code={code};sourcepath={Escape(file)};linenumber={line};columnnumber={column}]{Escape(text)}",
        };

    private static string Escape(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<file>[^\r\n:]+):(?<line>\d+):(?<column>\d+): (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Place();
}
