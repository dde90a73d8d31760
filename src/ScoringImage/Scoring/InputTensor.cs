using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace ScoringImage.Scoring;

/// <summary>One input of a run: ONNX Runtime's value and, for all but strings, the pooled memory it looks at.</summary>
/// <param name="signature">What the model asked for.</param>
/// <param name="value">Owned.</param>
/// <param name="shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="memory">Given back after the value is gone; null when the value owns its own.</param>
public sealed class InputTensor(TensorSignature signature, OrtValue value, long[] shape, IDisposable? memory) : IDisposable
{
    public TensorSignature Signature { get; } = signature;
    public OrtValue Value { get; } = value;
    public IReadOnlyList<long> Shape { get; } = shape;

    public void Dispose()
    {
        Value.Dispose();
        memory?.Dispose();
    }

    /// <summary>A tensor over the elements of a buffer, which it owns from here on.</summary>
    public static InputTensor Of<T>(TensorSignature signature, PooledBuffer<T> elements, long[] shape)
        where T : unmanaged =>
        new(signature, OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, elements.Memory, shape), shape, elements);

    /// <summary>A tensor of strings, copied.</summary>
    public static InputTensor Of(TensorSignature signature, ReadOnlySpan<string> elements, long[] shape)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var i = 0; i < elements.Length; i++)
            value.StringTensorSetElementAt(elements[i].AsSpan(), i);
        return new InputTensor(signature, value, shape, null);
    }

    /// <summary>Zeros (empty strings, false) with 1 for every dimension the model leaves open; null when not even the rank is known.</summary>
    public static InputTensor? Zeros(TensorSignature signature)
    {
        if (signature.Dimensions is null)
            return null;

        long[] shape = [.. signature.Dimensions.Select(dimension => dimension.Size ?? 1)];
        if (signature.ElementType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String)
            return new InputTensor(signature, OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape), shape, null);

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, signature.ElementType, shape);
        if (!shape.Contains(0))
            value.GetTensorMutableRawData().Clear();
        return new InputTensor(signature, value, shape, null);
    }
}

/// <summary>A growing array from the shared pool.</summary>
public sealed class PooledBuffer<T>(int capacity) : IDisposable
{
    private T[] _array = ArrayPool<T>.Shared.Rent(capacity);

    public int Count { get; private set; }

    public Memory<T> Memory => _array.AsMemory(0, Count);

    public void Add(T item)
    {
        if (Count == _array.Length)
            Grow();
        _array[Count++] = item;
    }

    public void Dispose()
    {
        var array = _array;
        _array = [];
        Count = 0;
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array, System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }

    private void Grow()
    {
        var larger = ArrayPool<T>.Shared.Rent(checked(_array.Length * 2));
        _array.AsSpan().CopyTo(larger);
        ArrayPool<T>.Shared.Return(_array, System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        _array = larger;
    }
}
