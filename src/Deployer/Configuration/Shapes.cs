using System.Globalization;

namespace Deployer.Configuration;

/// <summary>The shapes everything in a configuration file is made of.</summary>
internal static class Shapes
{
    public static Shape<string> Text(string inWords, params IReadOnlyList<Rule> rules) =>
        new(new() { Types = ["string"], InWords = inWords, Rules = rules }, (node, problems) =>
        {
            if (node is not ConfigNode.Scalar { Kind: ScalarKind.Text } scalar)
                return Expected<string>("text", node, problems);
            return Rule.FirstBroken(rules, scalar.Text) is { } broken ? Wrong<string>(node, broken, problems) : new(true, scalar.Text);
        });

    public static Shape<string> Choice(params IReadOnlyList<string> choices)
    {
        string inWords = $"one of {string.Join(", ", choices)}";
        return new(new() { Types = ["string"], InWords = inWords, Choices = choices }, (node, problems) =>
        {
            if (node is not ConfigNode.Scalar { Kind: ScalarKind.Text } scalar)
                return Expected<string>(inWords, node, problems);
            return choices.Contains(scalar.Text, StringComparer.Ordinal)
                ? new(true, scalar.Text)
                : Wrong<string>(node, $"{Problems.Quote(scalar.Text)} is not known{Nearest.Hint(scalar.Text, choices, "write one of")}", problems);
        });
    }

    public static Shape<int> Integer(int minimum, int maximum) =>
        new(new() { Types = ["integer"], InWords = $"whole number, {minimum} to {maximum}", Minimum = minimum, Maximum = maximum }, (node, problems) =>
        {
            if (node is not ConfigNode.Scalar { Kind: ScalarKind.Integer } scalar)
                return Expected<int>("a whole number", node, problems);
            return WholeNumber(scalar.Text) is { } value && value >= minimum && value <= maximum
                ? new(true, (int)value)
                : Wrong<int>(node, $"must be from {minimum} to {maximum}, not {Problems.Quote(scalar.Text)}", problems);
        });

    public static Shape<double> Number(double minimum, double maximum)
    {
        string range = string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}");
        return new(new() { Types = ["number"], InWords = $"number, {range}", Minimum = (decimal)minimum, Maximum = (decimal)maximum }, (node, problems) =>
        {
            if (node is not ConfigNode.Scalar { Kind: ScalarKind.Integer or ScalarKind.Number } scalar)
                return Expected<double>("a number", node, problems);
            double value = WholeNumber(scalar.Text) is { } whole ? (double)whole
                : double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed : double.NaN;
            return value >= minimum && value <= maximum
                ? new(true, value)
                : Wrong<double>(node, $"must be from {range}, not {Problems.Quote(scalar.Text)}", problems);
        });
    }

    public static Shape<IReadOnlyList<T>> List<T>(Shape<T> item) =>
        new(new() { Types = ["array"], InWords = $"list of {item.Facts.InWords}", Items = item.Facts }, (node, problems) =>
        {
            if (node is not ConfigNode.List list)
                return Expected<IReadOnlyList<T>>("a list", node, problems);

            List<Reading<T>> read = [.. list.Items.Select(i => item.Read(i, problems))];
            return read.TrueForAll(r => r.Ok) ? new(true, [.. read.Select(r => r.Value)]) : Reading<IReadOnlyList<T>>.Failed;
        });

    /// <summary>A map from names of the user's own choice.</summary>
    public static Shape<IReadOnlyDictionary<string, T>> Map<T>(Shape<T> value, params IReadOnlyList<Rule> nameRules) =>
        new(new() { Types = ["object"], InWords = $"map of {value.Facts.InWords}", Values = value.Facts, NameRules = nameRules }, (node, problems) =>
        {
            if (node is not ConfigNode.Map map)
                return Expected<IReadOnlyDictionary<string, T>>("keys and values", node, problems);

            OrderedDictionary<string, T> values = new(StringComparer.Ordinal);
            foreach ((string name, ConfigNode entry) in map.Entries)
            {
                if (Rule.FirstBroken(nameRules, name) is { } broken)
                    problems.Add(entry.KeyAt, broken);
                else if (value.Read(entry, problems) is { Ok: true, Value: var good })
                    values.Add(name, good);
            }

            return values.Count == map.Entries.Count ? new(true, values) : Reading<IReadOnlyDictionary<string, T>>.Failed;
        });

    /// <summary>
    /// A map with known keys. <paramref name="declare"/> declares them and gives what makes a value of theirs; that may report
    /// what only several keys together show.
    /// </summary>
    public static Shape<T> Object<T>(string title, Func<Keys, Func<Values, Problems, T>> declare)
    {
        var keys = new Keys();
        Func<Values, Problems, T> make = declare(keys);
        return new(new() { Types = ["object"], InWords = "keys and values", Title = title, Keys = keys.Facts }, (node, problems) =>
        {
            if (node is not ConfigNode.Map map)
                return Expected<T>("keys and values", node, problems);
            if (keys.Read(map, problems) is not { } values)
                return Reading<T>.Failed;

            int before = problems.Count;
            T made = make(values, problems);
            return problems.Count == before ? new(true, made) : Reading<T>.Failed;
        });
    }

    /// <summary>A file that exists, written relative to the file that names it; absolute when read.</summary>
    public static Shape<string> ExistingFile()
    {
        Shape<string> path = Text("file", new Rule(@"^[^\u0000]+$", "must be the path of a file"));
        return path with
        {
            Read = (node, problems) =>
            {
                if (path.Read(node, problems) is not { Ok: true, Value: var written })
                    return Reading<string>.Failed;

                string file = Path.GetFullPath(written, Path.GetDirectoryName(node.At.File)!);
                if (Directory.Exists(file))
                    return Wrong<string>(node, $"is a folder, not a file: {problems.Show(file)}", problems);
                return File.Exists(file) ? new(true, file) : Wrong<string>(node, $"no such file: {problems.Show(file)}", problems);
            },
        };
    }

    /// <summary>The path of a YAML file of its own, read as <paramref name="content"/>.</summary>
    public static Shape<T> FileOf<T>(Shape<T> content)
    {
        Shape<string> path = ExistingFile();
        return new(path.Facts, (node, problems) =>
            path.Read(node, problems) is { Ok: true, Value: var file } && ConfigurationText.ReadYaml(file, problems) is { } root
                ? content.Read(root, problems)
                : Reading<T>.Failed);
    }

    private static Reading<T> Wrong<T>(ConfigNode node, string message, Problems problems)
    {
        problems.Add(node.At, message);
        return Reading<T>.Failed;
    }

    // Says nothing of the value itself: it may be a secret in the wrong place.
    internal static Reading<T> Expected<T>(string expected, ConfigNode node, Problems problems)
    {
        if (node is ConfigNode.Broken)
            return Reading<T>.Failed;
        if (node is ConfigNode.Scalar { Kind: ScalarKind.Null })
            problems.Add(node.KeyAt, $"has no value; expected {expected}");
        else
            problems.Add(node.At, $"expected {expected}, found {node.InWords}{Cure(expected, node)}");
        return Reading<T>.Failed;
    }

    private static string Cure(string expected, ConfigNode node) => node switch
    {
        ConfigNode.Scalar { Kind: not ScalarKind.Text } when expected == "text" => "; put it in quotes",
        ConfigNode.Scalar { Kind: ScalarKind.Text, Text: var text }
            when PlainScalar.KindOf(text) is var plain && (plain == ScalarKind.Integer || (plain == ScalarKind.Number && expected == "a number")) => "; take the quotes off",
        _ => "",
    };

    private static decimal? WholeNumber(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex) ? hex : null;
        if (text.StartsWith("0o", StringComparison.Ordinal))
            return text.Length < 20 ? text.AsSpan(2).ToArray().Aggregate(0m, (sum, digit) => sum * 8 + (digit - '0')) : null;
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value) ? value : null;
    }
}
