using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ScoringImage.Scoring;

/// <summary>
/// A question ONNX Runtime's C API answers and its C# binding does not pass on. OrtApi is a table of functions that is only ever
/// appended to, so an index in it never changes (onnxruntime_c_api.h).
/// </summary>
internal static unsafe partial class OrtNative
{
    private const uint ApiVersion = 24; // the first with TensorTypeAndShape_HasShape
    private const int SessionGetInputTypeInfo = 33;
    private const int SessionGetOutputTypeInfo = 34;
    private const int CastTypeInfoToTensorInfo = 55;
    private const int ReleaseStatus = 93;
    private const int ReleaseTypeInfo = 98;
    private const int TensorTypeAndShapeHasShape = 390;

    private static readonly nint* Api = LoadApi();

    /// <summary>Whether the model gives a shape for this tensor input: the binding shows a scalar and an unknown rank alike.</summary>
    /// <param name="session">The loaded model.</param>
    /// <param name="index">Of the input, in the model's order.</param>
    public static bool InputHasShape(InferenceSession session, int index) => HasShape(session, index, SessionGetInputTypeInfo);

    /// <summary>The same of an output; false when it is no tensor.</summary>
    /// <param name="session">The loaded model.</param>
    /// <param name="index">Of the output, in the model's order.</param>
    public static bool OutputHasShape(InferenceSession session, int index) => HasShape(session, index, SessionGetOutputTypeInfo);

    private static bool HasShape(InferenceSession session, int index, int typeInfoFunction)
    {
        nint type, tensor;
        Check(((delegate* unmanaged<nint, nuint, nint*, nint>)Api[typeInfoFunction])(Handle(session), (nuint)index, &type));
        try
        {
            Check(((delegate* unmanaged<nint, nint*, nint>)Api[CastTypeInfoToTensorInfo])(type, &tensor));
            return tensor != 0 && ((delegate* unmanaged<nint, byte>)Api[TensorTypeAndShapeHasShape])(tensor) != 0;
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)Api[ReleaseTypeInfo])(type);
        }
    }

    private static nint* LoadApi()
    {
        var getApi = (delegate* unmanaged<uint, nint*>)OrtGetApiBase()[0];
        var api = getApi(ApiVersion);
        return api is not null ? api : throw new NotSupportedException($"this ONNX Runtime has no C API version {ApiVersion}");
    }

    private static void Check(nint status)
    {
        if (status == 0)
            return;
        ((delegate* unmanaged<nint, void>)Api[ReleaseStatus])(status);
        throw new NotSupportedException("ONNX Runtime refused to describe a value");
    }

    [LibraryImport("onnxruntime")]
    private static partial nint* OrtGetApiBase();

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(InferenceSession session);
}
