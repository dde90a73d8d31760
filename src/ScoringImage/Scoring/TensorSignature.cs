using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ScoringImage.Scoring;

/// <summary>A tensor input of the model.</summary>
public sealed record TensorSignature
{
    public required string Name { get; init; }
    public required TensorElementType ElementType { get; init; }
    /// <summary>Empty for a scalar; null when the model does not say how many dimensions there are.</summary>
    public required IReadOnlyList<Dimension>? Dimensions { get; init; }

    /// <summary>The dimensions as <c>[batch,1,28,28]</c>; <c>[]</c> for a scalar, <c>[...]</c> when unknown.</summary>
    public string Shape => Dimensions is null ? "[...]" : $"[{string.Join(',', Dimensions)}]";

    /// <summary>Whether a tensor of this shape fits: equal rank, and equal wherever the model fixes a dimension.</summary>
    /// <returns>The first dimension that does not fit; -1 when all do.</returns>
    public int FirstMismatch(ReadOnlySpan<long> shape)
    {
        for (var i = 0; Dimensions is not null && i < Dimensions.Count; i++)
        {
            if (Dimensions[i].Size is { } size && size != shape[i])
                return i;
        }
        return -1;
    }

    /// <summary>As in <c>image float[batch,1,28,28]</c>.</summary>
    public override string ToString() => $"{Name} {ElementTypes.Name(ElementType)}{Shape}";
}

/// <summary>One dimension: a number, a name standing for one, or neither.</summary>
public readonly record struct Dimension(long? Size, string? Symbol)
{
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}

/// <summary>An output of the model.</summary>
/// <param name="Name">As the graph spells it.</param>
/// <param name="Type">In words, as in <c>float[batch,10]</c> or <c>sequence(map(int64,float))</c>.</param>
public sealed record OutputSignature(string Name, string Type)
{
    public override string ToString() => $"{Name} {Type}";
}
