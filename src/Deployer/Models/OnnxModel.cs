namespace Deployer.Models;

/// <summary>What an .onnx file says about itself.</summary>
public sealed record OnnxModel
{
    /// <summary>Absolute path of the .onnx file.</summary>
    public required string Path { get; init; }
    /// <summary>Bytes of the .onnx file and its external data together.</summary>
    public required long Size { get; init; }
    /// <summary>
    /// The model's identity, 64 lower-case hex digits: the file's SHA-256 or, where there is external data, the SHA-256 of the lines
    /// "<c>&lt;sha256&gt;  &lt;relative path&gt;\n</c>" of all files, the .onnx file first and the others in ordinal order.
    /// </summary>
    public required string Sha256 { get; init; }
    /// <summary>The .onnx file first, then its external data in ordinal order.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }
    public required long IrVersion { get; init; }
    public required string ProducerName { get; init; }
    public required string ProducerVersion { get; init; }
    public required string Domain { get; init; }
    public required long ModelVersion { get; init; }
    public required string GraphName { get; init; }
    public required string Description { get; init; }
    /// <summary>Opset version by operator-set domain; the default domain is written <c>ai.onnx</c>.</summary>
    public required IReadOnlyDictionary<string, long> OpsetImports { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    /// <summary>
    /// Elements of all initializers, those of the subgraphs of If, Loop and Scan included; a sparse one counts the values it stores.
    /// Tensors in attributes (Constant nodes, tree ensembles) do not count.
    /// </summary>
    public required long ParameterCount { get; init; }
    /// <summary>What the nodes call, those of subgraphs and model-local functions included; by domain, then by name, ordinal.</summary>
    public required IReadOnlyList<ModelOperator> Operators { get; init; }
    /// <summary>What a request has to give: initializers that are listed among the graph's inputs too are not here.</summary>
    public required IReadOnlyList<ModelValue> Inputs { get; init; }
    public required IReadOnlyList<ModelValue> Outputs { get; init; }
    /// <summary>What the scorer may not be able to run, in words.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>One file a model is made of.</summary>
/// <param name="RelativePath">From the folder of the .onnx file, '/' between parts.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
public sealed record ModelFile(string RelativePath, long Size, string Sha256);

/// <summary>An operator that a model uses.</summary>
/// <param name="Domain">Where it is defined; the default domain is written <c>ai.onnx</c>.</param>
/// <param name="Name">As the nodes spell it.</param>
/// <param name="Count">Nodes that call it.</param>
public sealed record ModelOperator(string Domain, string Name, int Count);

/// <summary>An input or output of a model.</summary>
/// <param name="Name">As the graph spells it.</param>
/// <param name="Type">
/// The ONNX element type in lower case (<c>float</c>, <c>int64</c>, <c>string</c> ...), or
/// <c>sequence(...)</c>, <c>map(key,value)</c>, <c>optional(...)</c>, <c>sparse_tensor(...)</c>,
/// <c>opaque(domain,name)</c>; <c>undefined</c> when the model does not say.
/// </param>
/// <param name="Shape">Null when the model does not say, or when the value is no tensor; empty for a scalar.</param>
public sealed record ModelValue(string Name, string Type, IReadOnlyList<Dimension>? Shape);

/// <summary>One dimension: a number, a name standing for one, or neither.</summary>
public readonly record struct Dimension(long? Size, string? Symbol)
{
    public override string ToString() => Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
