using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ScoringImage.Scoring;

namespace ScoringImage.Protocols.Json;

/// <summary>
/// ONNX values as JSON: a tensor as nested arrays (rank 0 as the bare value), a sequence as an array, a map as an object (numeric keys as
/// text).
/// </summary>
internal static class JsonValueWriter
{
    public static void Write(Utf8JsonWriter writer, OrtValue value)
    {
        switch (value.OnnxType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR:
                WriteTensor(writer, value);
                break;
            case OnnxValueType.ONNX_TYPE_SEQUENCE:
                WriteSequence(writer, value);
                break;
            case OnnxValueType.ONNX_TYPE_MAP:
                WriteMap(writer, value);
                break;
            default:
                throw new NotSupportedException($"a value of type {value.OnnxType}");
        }
    }

    private static void WriteSequence(Utf8JsonWriter writer, OrtValue value)
    {
        writer.WriteStartArray();
        var count = value.GetValueCount();
        for (var i = 0; i < count; i++)
        {
            using var item = value.GetValue(i, OrtAllocator.DefaultInstance);
            Write(writer, item);
        }
        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, OrtValue value)
    {
        using var keys = value.GetValue(0, OrtAllocator.DefaultInstance);
        using var values = value.GetValue(1, OrtAllocator.DefaultInstance);
        var names = keys.GetTensorTypeAndShape().IsString
            ? keys.GetStringTensorAsArray()
            : Array.ConvertAll(keys.GetTensorDataAsSpan<long>().ToArray(), key => key.ToString(System.Globalization.CultureInfo.InvariantCulture));

        writer.WriteStartObject();
        switch (values.GetTensorTypeAndShape().ElementDataType)
        {
            case TensorElementType.Float: Members<float, FloatElement>(values.GetTensorDataAsSpan<float>()); break;
            case TensorElementType.Double: Members<double, DoubleElement>(values.GetTensorDataAsSpan<double>()); break;
            case TensorElementType.Int64: Members<long, IntegerElement<long>>(values.GetTensorDataAsSpan<long>()); break;
            case TensorElementType.String: Members<string, StringElement>(values.GetStringTensorAsArray()); break;
            case var other: throw new NotSupportedException($"a map to {ElementTypes.Name(other)}");
        }
        writer.WriteEndObject();

        void Members<T, TElement>(ReadOnlySpan<T> items)
            where TElement : IJsonElement<T>
        {
            for (var i = 0; i < names.Length; i++)
            {
                writer.WritePropertyName(names[i]);
                TElement.Write(writer, items[i]);
            }
        }
    }

    private static void WriteTensor(Utf8JsonWriter writer, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        switch (info.ElementDataType)
        {
            case TensorElementType.Float: Numbers<float, FloatElement>(writer, value, info.Shape); break;
            case TensorElementType.Double: Numbers<double, DoubleElement>(writer, value, info.Shape); break;
            case TensorElementType.Float16: Numbers<Float16, Float16Element>(writer, value, info.Shape); break;
            case TensorElementType.BFloat16: Numbers<BFloat16, BFloat16Element>(writer, value, info.Shape); break;
            case TensorElementType.Int8: Numbers<sbyte, IntegerElement<sbyte>>(writer, value, info.Shape); break;
            case TensorElementType.Int16: Numbers<short, IntegerElement<short>>(writer, value, info.Shape); break;
            case TensorElementType.Int32: Numbers<int, IntegerElement<int>>(writer, value, info.Shape); break;
            case TensorElementType.Int64: Numbers<long, IntegerElement<long>>(writer, value, info.Shape); break;
            case TensorElementType.UInt8: Numbers<byte, IntegerElement<byte>>(writer, value, info.Shape); break;
            case TensorElementType.UInt16: Numbers<ushort, IntegerElement<ushort>>(writer, value, info.Shape); break;
            case TensorElementType.UInt32: Numbers<uint, IntegerElement<uint>>(writer, value, info.Shape); break;
            case TensorElementType.UInt64: Numbers<ulong, IntegerElement<ulong>>(writer, value, info.Shape); break;
            case TensorElementType.Bool: Numbers<bool, BoolElement>(writer, value, info.Shape); break;
            case TensorElementType.String: Nested<string, StringElement>(writer, value.GetStringTensorAsArray(), info.Shape); break;
            default: throw new NotSupportedException(ElementTypes.Name(info.ElementDataType));
        }
    }

    private static void Numbers<T, TElement>(Utf8JsonWriter writer, OrtValue value, long[] shape)
        where T : unmanaged
        where TElement : IJsonElement<T> =>
        Nested<T, TElement>(writer, shape.Contains(0) ? [] : value.GetTensorDataAsSpan<T>(), shape);

    private static void Nested<T, TElement>(Utf8JsonWriter writer, ReadOnlySpan<T> elements, ReadOnlySpan<long> shape)
        where TElement : IJsonElement<T>
    {
        if (shape.IsEmpty)
        {
            TElement.Write(writer, elements[0]);
            return;
        }

        writer.WriteStartArray();
        if (shape.Length == 1)
        {
            foreach (var element in elements)
                TElement.Write(writer, element);
        }
        else
        {
            var size = shape[0] == 0 ? 0 : (int)(elements.Length / shape[0]);
            for (var i = 0; i < shape[0]; i++)
                Nested<T, TElement>(writer, elements.Slice(i * size, size), shape[1..]);
        }
        writer.WriteEndArray();
    }
}
