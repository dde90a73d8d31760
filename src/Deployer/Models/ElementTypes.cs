namespace Deployer.Models;

/// <summary>TensorProto.DataType of onnx.proto.</summary>
internal static class ElementTypes
{
    private static readonly (string Name, int Bits)[] Known =
    [
        ("undefined", 0), ("float", 32), ("uint8", 8), ("int8", 8), ("uint16", 16), ("int16", 16), ("int32", 32), ("int64", 64),
        ("string", 0), ("bool", 8), ("float16", 16), ("double", 64), ("uint32", 32), ("uint64", 64), ("complex64", 64), ("complex128", 128),
        ("bfloat16", 16), ("float8e4m3fn", 8), ("float8e4m3fnuz", 8), ("float8e5m2", 8), ("float8e5m2fnuz", 8), ("uint4", 4), ("int4", 4),
        ("float4e2m1", 4), ("float8e8m0", 8), ("uint2", 2), ("int2", 2),
    ];

    /// <summary>The name in lower case; <c>type 99</c> for one that is newer than this program.</summary>
    public static string Name(long type) => type >= 0 && type < Known.Length ? Known[type].Name : FormattableString.Invariant($"type {type}");

    /// <summary>Bytes of so many elements, the last one rounded up; null when the type has no fixed size or the product is beyond 64 bits.</summary>
    public static long? Bytes(long type, long elements)
    {
        if (type < 0 || type >= Known.Length || Known[type].Bits == 0)
            return null;
        Int128 bytes = ((Int128)elements * Known[type].Bits + 7) / 8;
        return bytes <= long.MaxValue ? (long)bytes : null;
    }
}
