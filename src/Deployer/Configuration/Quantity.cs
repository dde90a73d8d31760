using System.Globalization;

namespace Deployer.Configuration;

/// <summary>Amounts as Kubernetes writes them: <c>500m</c>, <c>0.5</c>, <c>512Mi</c>, <c>1Gi</c>.</summary>
internal static class Quantity
{
    private const long LeastMemory = 16L << 20;
    private const long MostMemory = 64L << 40;
    private const decimal LeastCpu = 0.001m;
    private const decimal MostCpu = 512m;

    private static readonly (string Suffix, decimal Factor)[] MemoryUnits =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40),
        ("k", 1_000m), ("M", 1_000_000m), ("G", 1_000_000_000m), ("T", 1_000_000_000_000m), ("", 1m),
    ];

    /// <summary>Cores.</summary>
    public static Shape<decimal> Cpu { get; } = Of(
        "cores, such as 500m or 0.5",
        new Rule(@"^([0-9]{1,12}(\.[0-9]{1,3})?|[0-9]{1,12}m)$", "{value} is not an amount of CPU; write cores such as 0.5 or 2, or thousandths such as 500m"),
        text => text.EndsWith('m') ? Parse(text[..^1]) / 1000 : Parse(text),
        LeastCpu,
        MostCpu,
        "must be from 1m to 512 cores, not {value}");

    /// <summary>Bytes.</summary>
    public static Shape<long> Memory { get; } = Of(
        "memory, such as 512Mi or 1Gi",
        new Rule(@"^[0-9]{1,15}(\.[0-9]{1,3})?(Ki|Mi|Gi|Ti|k|M|G|T)?$", "{value} is not an amount of memory; write it such as 512Mi or 1Gi"),
        text =>
        {
            (string suffix, decimal factor) = MemoryUnits.First(u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
            return Math.Ceiling(Parse(text[..^suffix.Length]) * factor);
        },
        LeastMemory,
        MostMemory,
        "must be from 16Mi to 64Ti, not {value}; a number alone is bytes")
        .As("memory, such as 512Mi or 1Gi", bytes => (long)bytes);

    private static Shape<decimal> Of(string inWords, Rule form, Func<string, decimal> parse, decimal least, decimal most, string otherwise) =>
        new(new() { Types = ["string", "number"], InWords = inWords, Rules = [form], Minimum = least, Maximum = most }, (node, problems) =>
        {
            if (node is not ConfigNode.Scalar { Kind: ScalarKind.Text or ScalarKind.Integer or ScalarKind.Number } scalar)
                return Shapes.Expected<decimal>(inWords, node, problems);

            string? wrong = Rule.FirstBroken([form], scalar.Text);
            decimal value = wrong is null ? parse(scalar.Text) : 0;
            if (wrong is null && value >= least && value <= most)
                return new(true, value);

            wrong ??= otherwise.Replace("{value}", Problems.Quote(scalar.Text), StringComparison.Ordinal);
            problems.Add(node.At, wrong);
            return Reading<decimal>.Failed;
        });

    private static decimal Parse(string text) => decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
}
