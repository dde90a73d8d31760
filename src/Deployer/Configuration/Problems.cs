using System.Globalization;
using System.Text;

namespace Deployer.Configuration;

/// <summary>Collects everything that is wrong with the configuration, so that a person hears of all of it at once.</summary>
/// <param name="currentFolder">Absolute; files below it are shown relative to it.</param>
internal sealed class Problems(string currentFolder)
{
    private const int LongestEcho = 80;

    private readonly List<Problem> found = [];
    private bool fileIsMissing;

    public int Count => found.Count;

    public void Add(Place at, string message) =>
        found.Add(new(Show(at.File), at.Line, at.Column, at.Path.Length == 0 ? message : $"{Printable(at.Path)}: {message}"));

    /// <summary>A problem with a file as a whole.</summary>
    public void Add(string file, string message) => found.Add(new(Show(file), 0, 0, message));

    /// <summary>One of our own files is not there; <c>deployer init</c> would write it.</summary>
    public void AddMissing(string file, string message)
    {
        fileIsMissing = true;
        Add(file, message);
    }

    /// <summary>A path as a person standing in the current folder would write it.</summary>
    public string Show(string path)
    {
        string relative = Path.GetRelativePath(currentFolder, path);
        bool below = relative != ".." && !relative.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(relative);
        return Printable(below ? relative : path, int.MaxValue);
    }

    /// <summary>A value as it may appear in a message: quoted, on one line, not too long.</summary>
    public static string Quote(string text) => $"'{Printable(text)}'";

    /// <summary>A library's message as part of ours: no capital, no full stop, one line.</summary>
    public static string OneSentence(string message)
    {
        string text = Printable(message.Trim().TrimEnd('.'), 200);
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <exception cref="DeployerException">There is at least one problem.</exception>
    public void ThrowIfAny()
    {
        if (found.Count == 0)
            return;

        IEnumerable<string> lines = found
            .OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)
            .Select(p => p.Line == 0 ? $"{p.File}: {p.Text}" : string.Create(CultureInfo.InvariantCulture, $"{p.File}:{p.Line}:{p.Column}: {p.Text}"));
        string count = found.Count == 1 ? "1 problem" : string.Create(CultureInfo.InvariantCulture, $"{found.Count} problems");
        throw new DeployerException(
            FailureCode.Configuration,
            $"{count} in the configuration:\n{string.Join('\n', lines)}",
            fileIsMissing
                ? "Run `deployer init` to write the files that are missing, or name them with --workspace and --config."
                : "Correct the lines named above and run the same command again; docs/configuration.md describes every key.");
    }

    private static string Printable(string text, int longest = LongestEcho)
    {
        var line = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (line.Length >= longest)
                return line.Append("...").ToString();

            bool hidden = Rune.IsControl(rune)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            if (hidden)
                line.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                line.Append(rune);
        }

        return line.ToString();
    }

    private readonly record struct Problem(string File, int Line, int Column, string Text);
}
