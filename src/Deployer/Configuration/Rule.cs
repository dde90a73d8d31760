using System.Text.RegularExpressions;

namespace Deployer.Configuration;

/// <summary>Something a text must satisfy.</summary>
/// <param name="Pattern">A regular expression that means the same to .NET and to ECMAScript's <c>u</c> mode, anchored at both ends.</param>
/// <param name="Otherwise">What to say when it does not match; <c>{value}</c> stands for the text. Leave that out where the text may be a secret.</param>
internal sealed record Rule(string Pattern, string Otherwise)
{
    // ECMAScript's $ is the very end; .NET's also stands before a last line feed.
    private readonly Lazy<Regex> expression = new(() => new Regex(Pattern.EndsWith('$') ? Pattern[..^1] + @"\z" : Pattern, RegexOptions.CultureInvariant));

    /// <summary>The complaint of the first rule that is broken, or null.</summary>
    public static string? FirstBroken(IReadOnlyList<Rule> rules, string text) =>
        rules.FirstOrDefault(rule => !rule.expression.Value.IsMatch(text))?.Otherwise.Replace("{value}", Problems.Quote(text), StringComparison.Ordinal);
}
