namespace Deployer.Models;

/// <summary>What <see cref="OnnxParser"/> finds, as the file says it; not yet checked.</summary>
internal sealed class ParsedModel
{
    public const string DefaultDomain = "ai.onnx";

    /// <summary>Null when the file has none.</summary>
    public long? IrVersion { get; set; }
    public string ProducerName { get; set; } = "";
    public string ProducerVersion { get; set; } = "";
    public string Domain { get; set; } = "";
    public long ModelVersion { get; set; }
    public string Description { get; set; } = "";
    public bool HasGraph { get; set; }
    public string GraphName { get; set; } = "";
    public string GraphDescription { get; set; } = "";
    public SortedDictionary<string, long> OpsetImports { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);
    /// <summary>As the graph lists them: before IR version 4 it lists the initializers too.</summary>
    public List<ModelValue> ListedInputs { get; } = [];
    /// <summary>Those that a request has to give.</summary>
    public IReadOnlyList<ModelValue> Inputs => [.. ListedInputs.Where(input => !Initializers.Contains(input.Name))];
    public List<ModelValue> Outputs { get; } = [];
    public HashSet<string> Initializers { get; } = new(StringComparer.Ordinal);
    public long ParameterCount { get; set; }
    public List<ExternalTensor> External { get; } = [];
    public Dictionary<(string Domain, string Name), int> Operators { get; } = [];
    /// <summary>Model-local functions.</summary>
    public HashSet<(string Domain, string Name)> Functions { get; } = [];

    /// <summary>The empty domain is the default one.</summary>
    public static string Spelled(string domain) => domain.Length == 0 ? DefaultDomain : domain;
}

/// <summary>A tensor whose bytes are in another file, as the model spells it.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Location">The file, from the model's folder; null when the model does not say.</param>
/// <param name="Offset">Where it begins, in bytes; null is 0.</param>
/// <param name="Length">Bytes; null is what the shape needs.</param>
/// <param name="Needed">Bytes that its shape and type need; null when the type has no fixed size.</param>
internal sealed record ExternalTensor(string Tensor, string? Location, string? Offset, string? Length, long? Needed);
