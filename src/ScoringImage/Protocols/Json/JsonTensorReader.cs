using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ScoringImage.Scoring;

namespace ScoringImage.Protocols.Json;

/// <summary>Nested JSON arrays to a tensor. The shape is what the brackets say, checked against the model's.</summary>
internal static class JsonTensorReader
{
    private const int SmallestBuffer = 16;

    /// <summary>Reads one input; leaves the reader on the value's last token.</summary>
    /// <param name="reader">On the value's first token.</param>
    /// <param name="input">What the model asks for.</param>
    /// <param name="root">The value's place, as in <c>data.image</c>.</param>
    /// <param name="bodyLength">Bytes; two of them are the least an element takes, which bounds what is allocated ahead.</param>
    /// <exception cref="BadRequestException">The value is not such a tensor.</exception>
    public static InputTensor Read(ref Utf8JsonReader reader, TensorSignature input, string root, int bodyLength) => input.ElementType switch
    {
        TensorElementType.Float => Numbers<float, FloatElement>(ref reader, input, root, bodyLength),
        TensorElementType.Double => Numbers<double, DoubleElement>(ref reader, input, root, bodyLength),
        TensorElementType.Float16 => Numbers<Float16, Float16Element>(ref reader, input, root, bodyLength),
        TensorElementType.BFloat16 => Numbers<BFloat16, BFloat16Element>(ref reader, input, root, bodyLength),
        TensorElementType.Int8 => Numbers<sbyte, IntegerElement<sbyte>>(ref reader, input, root, bodyLength),
        TensorElementType.Int16 => Numbers<short, IntegerElement<short>>(ref reader, input, root, bodyLength),
        TensorElementType.Int32 => Numbers<int, IntegerElement<int>>(ref reader, input, root, bodyLength),
        TensorElementType.Int64 => Numbers<long, IntegerElement<long>>(ref reader, input, root, bodyLength),
        TensorElementType.UInt8 => Numbers<byte, IntegerElement<byte>>(ref reader, input, root, bodyLength),
        TensorElementType.UInt16 => Numbers<ushort, IntegerElement<ushort>>(ref reader, input, root, bodyLength),
        TensorElementType.UInt32 => Numbers<uint, IntegerElement<uint>>(ref reader, input, root, bodyLength),
        TensorElementType.UInt64 => Numbers<ulong, IntegerElement<ulong>>(ref reader, input, root, bodyLength),
        TensorElementType.Bool => Numbers<bool, BoolElement>(ref reader, input, root, bodyLength),
        TensorElementType.String => Strings(ref reader, input, root, bodyLength),
        _ => throw new NotSupportedException(ElementTypes.Name(input.ElementType)),
    };

    private static InputTensor Numbers<T, TElement>(ref Utf8JsonReader reader, TensorSignature input, string root, int bodyLength)
        where T : unmanaged
        where TElement : IJsonElement<T>
    {
        var elements = new PooledBuffer<T>(Capacity(input, bodyLength));
        try
        {
            return InputTensor.Of(input, elements, Walk<T, TElement>(ref reader, input, root, elements));
        }
        catch
        {
            elements.Dispose();
            throw;
        }
    }

    private static InputTensor Strings(ref Utf8JsonReader reader, TensorSignature input, string root, int bodyLength)
    {
        using var elements = new PooledBuffer<string>(Capacity(input, bodyLength));
        var shape = Walk<string, StringElement>(ref reader, input, root, elements);
        return InputTensor.Of(input, elements.Memory.Span, shape);
    }

    private static int Capacity(TensorSignature input, int bodyLength)
    {
        long most = (bodyLength / 2) + 1;
        long expected = 1;
        foreach (var dimension in input.Dimensions ?? [])
            expected = Math.Min(most, expected * Math.Clamp(dimension.Size ?? 1, 1, most));
        return (int)Math.Max(expected, SmallestBuffer);
    }

    private static long[] Walk<T, TElement>(ref Utf8JsonReader reader, TensorSignature input, string root, PooledBuffer<T> elements)
        where TElement : IJsonElement<T>
    {
        var walk = new ArrayWalk(input, new JsonPlace(input, root));
        while (true)
        {
            var isDone = reader.TokenType switch
            {
                JsonTokenType.StartArray => walk.Enter(ref reader),
                JsonTokenType.EndArray => walk.Leave(),
                _ => Element(ref reader, ref walk, elements),
            };
            if (isDone)
                return walk.Shape();
            JsonCursor.Next(ref reader);
        }

        static bool Element(ref Utf8JsonReader reader, ref ArrayWalk walk, PooledBuffer<T> elements)
        {
            walk.Reach(ref reader);
            var fault = TElement.TryRead(ref reader, out var value);
            if (fault != ElementFault.None)
                throw walk.Fault(ref reader, fault);
            elements.Add(value);
            return walk.Count();
        }
    }
}
