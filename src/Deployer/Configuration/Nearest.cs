namespace Deployer.Configuration;

/// <summary>Finds the word somebody meant.</summary>
internal static class Nearest
{
    private const int Far = 3;

    /// <summary>
    /// The candidate at most two edits away (insert, delete, replace, swap neighbours; upper and lower case are alike),
    /// where the edits are also fewer than half of what was written; else null.
    /// </summary>
    public static string? To(string written, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int least = Far;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - written.Length) >= Far)
                continue;

            int distance = Distance(written.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < least && distance * 2 < written.Length)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>The end of a message: <c>; did you mean 'x'?</c>, or what could be written instead.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> candidates, string otherwise) =>
        To(written, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : $"; {otherwise} {string.Join(", ", candidates)}";

    /// <summary>Damerau-Levenshtein in its optimal string alignment form: no part of the text is edited twice.</summary>
    public static int Distance(string from, string to)
    {
        int[,] table = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
            table[i, 0] = i;
        for (int j = 0; j <= to.Length; j++)
            table[0, j] = j;

        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = table[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, 1 + Math.Min(table[i - 1, j], table[i, j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[from.Length, to.Length];
    }
}
