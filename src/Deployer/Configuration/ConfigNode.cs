namespace Deployer.Configuration;

/// <summary>Where something stands in a file.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="Path">The keys that lead there, such as <c>verification.golden[0].request</c>; empty for the whole file.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
internal readonly record struct Place(string File, string Path, int Line, int Column)
{
    public Place Key(string name) => this with { Path = Path.Length == 0 ? name : $"{Path}.{name}" };

    public Place Item(int index) => this with { Path = $"{Path}[{index}]" };
}

/// <summary>What a scalar is by the YAML 1.2 core schema; JSON's scalars fit in the same five.</summary>
internal enum ScalarKind { Text, Integer, Number, Boolean, Null }

/// <summary>A configuration file as a tree, the same whether it was written in YAML or in JSON.</summary>
/// <param name="KeyAt">Where the key stands that holds this node; the node itself for list items and the root.</param>
/// <param name="At">Where the value stands.</param>
internal abstract record ConfigNode(Place KeyAt, Place At)
{
    /// <summary>One value; its text is as written, without quotes and with escapes resolved.</summary>
    public sealed record Scalar(Place KeyAt, Place At, string Text, ScalarKind Kind) : ConfigNode(KeyAt, At);

    public sealed record Map(Place KeyAt, Place At, OrderedDictionary<string, ConfigNode> Entries) : ConfigNode(KeyAt, At);

    public sealed record List(Place KeyAt, Place At, IReadOnlyList<ConfigNode> Items) : ConfigNode(KeyAt, At);

    /// <summary>Something whose problem has been reported already: nothing more is said about it.</summary>
    public sealed record Broken(Place KeyAt, Place At) : ConfigNode(KeyAt, At);

    /// <summary>What a person would call this node.</summary>
    public string InWords => this switch
    {
        Map => "keys and values",
        List => "a list",
        Scalar { Kind: ScalarKind.Integer } => "a whole number",
        Scalar { Kind: ScalarKind.Number } => "a number",
        Scalar { Kind: ScalarKind.Boolean } => "true or false",
        Scalar { Kind: ScalarKind.Null } => "nothing",
        _ => "text",
    };
}
