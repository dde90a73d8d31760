using static ScoringImage.Tests.OnnxFile;

namespace ScoringImage.Tests;

/// <summary>The models the specs score.</summary>
internal static class SmallModels
{
    /// <summary>Every element type the scorer serves, by its ONNX name.</summary>
    public static readonly IReadOnlyDictionary<string, int> ElementTypes = new Dictionary<string, int>
    {
        ["float"] = OnnxFile.Float,
        ["double"] = OnnxFile.Double,
        ["float16"] = OnnxFile.Float16,
        ["bfloat16"] = OnnxFile.BFloat16,
        ["int8"] = OnnxFile.Int8,
        ["int16"] = OnnxFile.Int16,
        ["int32"] = OnnxFile.Int32,
        ["int64"] = OnnxFile.Int64,
        ["uint8"] = OnnxFile.UInt8,
        ["uint16"] = OnnxFile.UInt16,
        ["uint32"] = OnnxFile.UInt32,
        ["uint64"] = OnnxFile.UInt64,
        ["bool"] = OnnxFile.Bool,
        ["string"] = OnnxFile.String,
    };

    /// <summary>Gives back what it gets: one vector of every element type, each named after its type.</summary>
    public static byte[] EveryType()
    {
        var model = new OnnxFile();
        foreach (var (name, type) in ElementTypes)
        {
            model.Input(name, Tensor(type, [$"n_{name}"])).Output($"{name}_out", Tensor(type, [$"n_{name}"]))
                .Node("Identity", [name], [$"{name}_out"]);
        }
        return model.ToBytes();
    }

    /// <summary>image float[batch,2,3] -> digit (the same), twice.</summary>
    public static byte[] Image() => new OnnxFile()
        .Input("image", Tensor(OnnxFile.Float, ["batch", 2, 3]))
        .Output("digit", Tensor(OnnxFile.Float, ["batch", 2, 3])).Output("twice", Tensor(OnnxFile.Float, ["batch", 2, 3]))
        .Node("Identity", ["image"], ["digit"]).Node("Add", ["image", "image"], ["twice"])
        .ToBytes();

    /// <summary>a float[n], b float[n] -> sum.</summary>
    public static byte[] Sum() => new OnnxFile()
        .Input("a", Tensor(OnnxFile.Float, ["n"])).Input("b", Tensor(OnnxFile.Float, ["n"]))
        .Output("sum", Tensor(OnnxFile.Float, ["n"]))
        .Node("Add", ["a", "b"], ["sum"])
        .ToBytes();

    /// <summary>x of the type and shape -> y, the same.</summary>
    public static byte[] Identity(int type, object[]? shape, string input = "x", string output = "y") => new OnnxFile()
        .Input(input, Tensor(type, shape)).Output(output, Tensor(type, shape))
        .Node("Identity", [input], [output])
        .ToBytes();

    /// <summary>n int64 -> count int64 = iterations + n, counted one by one: takes its time.</summary>
    public static byte[] Slow(long iterations)
    {
        var scalar = Tensor(OnnxFile.Int64, []);
        var body = new OnnxFile()
            .Input("i", scalar).Input("go", Tensor(OnnxFile.Bool, [])).Input("v", scalar)
            .Int64Constant("one", 1)
            .Node("Identity", ["go"], ["go_on"]).Node("Add", ["v", "one"], ["v_next"])
            .Output("go_on", Tensor(OnnxFile.Bool, [])).Output("v_next", scalar);
        return new OnnxFile()
            .Input("n", scalar).Output("count", scalar)
            .Int64Constant("iterations", iterations).Int64Constant("zero", 0)
            .Node("Add", ["n", "iterations"], ["trips"])
            .Node("Loop", ["trips", "", "zero"], ["count"], GraphAttribute("body", body.Graph))
            .ToBytes();
    }

    /// <summary>index int64[n] -> letter int64[n]: looks up one of a single entry.</summary>
    public static byte[] LookUp() => new OnnxFile()
        .Input("index", Tensor(OnnxFile.Int64, ["n"])).Output("entry", Tensor(OnnxFile.Int64, ["n"]))
        .Int64Constant("table", 42, 1)
        .Node("Gather", ["table", "index"], ["entry"])
        .ToBytes();

    /// <summary>probabilities float[n,2] -> by_name sequence(map(string,float)), by_number sequence(map(int64,float)), rows sequence(float).</summary>
    public static byte[] Classifier() => new OnnxFile()
        .Input("probabilities", Tensor(OnnxFile.Float, ["n", 2]))
        .Output("by_name", SequenceOf(MapOf(OnnxFile.String, Tensor(OnnxFile.Float, []))))
        .Output("by_number", SequenceOf(MapOf(OnnxFile.Int64, Tensor(OnnxFile.Float, []))))
        .Output("rows", SequenceOf(Tensor(OnnxFile.Float, ["n", 2])))
        .Node("ai.onnx.ml.ZipMap", ["probabilities"], ["by_name"], Strings("classlabels_strings", "cat", "\"dog\""))
        .Node("ai.onnx.ml.ZipMap", ["probabilities"], ["by_number"], Integers("classlabels_int64s", 7, -1))
        .Node("SequenceConstruct", ["probabilities", "probabilities"], ["rows"])
        .ToBytes();

    /// <summary>x float[n] -> same, and none, an optional that holds nothing.</summary>
    public static byte[] Optionals() => new OnnxFile()
        .Input("x", Tensor(OnnxFile.Float, ["n"]))
        .Output("same", Tensor(OnnxFile.Float, ["n"])).Output("none", OptionalOf(Tensor(OnnxFile.Float, ["n"])))
        .Node("Identity", ["x"], ["same"])
        .Node("Optional", [], ["none"], TypeAttribute("type", Tensor(OnnxFile.Float, ["n"])))
        .ToBytes();

    /// <summary>x float[n] -> y, the same as another type.</summary>
    public static byte[] Cast(int type) => new OnnxFile()
        .Input("x", Tensor(OnnxFile.Float, ["n"])).Output("y", Tensor(type, ["n"]))
        .Node("Cast", ["x"], ["y"], Integer("to", type))
        .ToBytes();

    /// <summary>A sequence goes in, which no request can carry.</summary>
    public static byte[] SequenceInput() => new OnnxFile()
        .Input("items", SequenceOf(Tensor(OnnxFile.Float, ["n"]))).Output("count", Tensor(OnnxFile.Int64, []))
        .Node("SequenceLength", ["items"], ["count"])
        .ToBytes();
}
