using Microsoft.ML.OnnxRuntime;

namespace ScoringImage.Scoring;

/// <summary>What a model takes and gives, from its session.</summary>
public sealed record ModelSignature
{
    /// <summary>In the model's order.</summary>
    public required IReadOnlyList<TensorSignature> Inputs { get; init; }
    /// <summary>Those that are served, in the model's order.</summary>
    public required IReadOnlyList<OutputSignature> Outputs { get; init; }

    /// <summary>As in <c>image float[batch,1,28,28] -> probabilities float[batch,10]</c>.</summary>
    public override string ToString() => $"{string.Join(", ", Inputs)} -> {string.Join(", ", Outputs)}";

    /// <param name="session">The loaded model.</param>
    /// <param name="outputs">Names of the outputs to serve; empty means all.</param>
    /// <exception cref="NotSupportedException">An input or served output has a type that cannot be carried, or a name is not an output.</exception>
    public static ModelSignature Of(InferenceSession session, IReadOnlyList<string> outputs)
    {
        if (outputs.FirstOrDefault(name => !session.OutputMetadata.ContainsKey(name)) is { } unknown)
            throw new NotSupportedException($"outputs: \"{unknown}\" is not an output of the model; there are: {string.Join(", ", session.OutputNames)}");

        return new ModelSignature
        {
            Inputs = [.. session.InputNames.Select((name, index) => Input(name, session.InputMetadata[name], OrtNative.InputHasShape(session, index)))],
            Outputs = [.. session.OutputNames
                .Select((name, index) => (Name: name, Index: index))
                .Where(output => outputs.Count == 0 || outputs.Contains(output.Name, StringComparer.Ordinal))
                .Select(output => Output(output.Name, session.OutputMetadata[output.Name], OrtNative.OutputHasShape(session, output.Index)))],
        };
    }

    private static TensorSignature Input(string name, NodeMetadata metadata, bool hasShape) =>
        metadata.IsTensor && ElementTypes.IsServed(metadata.ElementDataType)
            ? new TensorSignature { Name = name, ElementType = metadata.ElementDataType, Dimensions = hasShape ? Dimensions(metadata) : null }
            : throw new NotSupportedException($"input \"{name}\" is {TypeText(metadata)}, which this server cannot receive; it takes tensors of numbers, bool and string");

    private static OutputSignature Output(string name, NodeMetadata metadata, bool hasShape)
    {
        if (!IsServed(metadata))
            throw new NotSupportedException($"output \"{name}\" is {TypeText(metadata)}, which this server cannot write; leave it out of \"outputs\"");
        return new OutputSignature(name, metadata.IsTensor && !hasShape ? $"{ElementTypes.Name(metadata.ElementDataType)}[...]" : TypeText(metadata));
    }

    private static bool IsServed(NodeMetadata metadata) => metadata.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => ElementTypes.IsServed(metadata.ElementDataType),
        OnnxValueType.ONNX_TYPE_SEQUENCE => IsServed(metadata.AsSequenceMetadata().ElementMeta),
        OnnxValueType.ONNX_TYPE_MAP => IsServed(metadata.AsMapMetadata().ValueMetadata),
        _ => false, // an optional too: where it holds nothing, ONNX Runtime's C# binding crashes the process
    };

    private static string TypeText(NodeMetadata metadata) => metadata.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => $"{ElementTypes.Name(metadata.ElementDataType)}[{string.Join(',', Dimensions(metadata))}]",
        OnnxValueType.ONNX_TYPE_SEQUENCE => $"sequence({TypeText(metadata.AsSequenceMetadata().ElementMeta)})",
        OnnxValueType.ONNX_TYPE_OPTIONAL => $"optional({TypeText(metadata.AsOptionalMetadata().ElementMeta)})",
        OnnxValueType.ONNX_TYPE_MAP => metadata.AsMapMetadata() is var map
            ? $"map({ElementTypes.Name(map.KeyDataType)},{ElementTypes.Name(map.ValueMetadata.ElementDataType)})" : "",
        OnnxValueType.ONNX_TYPE_SPARSETENSOR => "a sparse tensor",
        _ => "of an unknown type",
    };

    private static Dimension[] Dimensions(NodeMetadata metadata) =>
        [.. metadata.Dimensions.Zip(metadata.SymbolicDimensions, (size, symbol) => new Dimension(size < 0 ? null : size, symbol is { Length: > 0 } ? symbol : null))];
}
