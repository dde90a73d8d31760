using System.Text;

namespace ScoringImage.Tests;

/// <summary>Writes small .onnx files: the protobuf of onnx.proto, only the fields these specs need.</summary>
internal sealed class OnnxFile
{
    public const int Float = 1, UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Int64 = 7, String = 8, Bool = 9, Float16 = 10,
        Double = 11, UInt32 = 12, UInt64 = 13, BFloat16 = 16, Float8 = 17, Int4 = 22;

    private readonly Message _graph = new Message().Text(2, "graph");

    /// <summary>A graph on its own, as Loop's body.</summary>
    public Message Graph => _graph;

    public OnnxFile Input(string name, Message type) => Value(11, name, type);

    public OnnxFile Output(string name, Message type) => Value(12, name, type);

    public OnnxFile Int64Constant(string name, long value, params long[] dimensions)
    {
        var tensor = new Message();
        foreach (var dimension in dimensions)
            tensor.Number(1, dimension);
        _graph.Nested(5, tensor.Number(2, Int64).Number(7, value).Text(8, name));
        return this;
    }

    /// <summary>Adds a node; its operation is named as in <c>Add</c>, or <c>ai.onnx.ml.ZipMap</c>.</summary>
    public OnnxFile Node(string operation, string[] inputs, string[] outputs, params Message[] attributes)
    {
        var node = new Message();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        var dot = operation.LastIndexOf('.');
        node.Text(4, operation[(dot + 1)..]);
        foreach (var attribute in attributes)
            node.Nested(5, attribute);
        if (dot > 0)
            node.Text(7, operation[..dot]);
        _graph.Nested(1, node);
        return this;
    }

    public byte[] ToBytes() => new Message()
        .Number(1, 10)
        .Nested(8, new Message().Text(1, "").Number(2, 21))
        .Nested(8, new Message().Text(1, "ai.onnx.ml").Number(2, 3))
        .Nested(7, _graph)
        .ToBytes();

    /// <param name="elementType">One of the constants above.</param>
    /// <param name="dimensions">Numbers and names; null when the model does not say, empty for a scalar.</param>
    public static Message Tensor(int elementType, object[]? dimensions)
    {
        var tensor = new Message().Number(1, elementType);
        if (dimensions is null)
            return new Message().Nested(1, tensor);
        var shape = new Message();
        foreach (var dimension in dimensions)
            shape.Nested(1, dimension is string name ? new Message().Text(2, name) : new Message().Number(1, Convert.ToInt64(dimension, null)));
        return new Message().Nested(1, tensor.Nested(2, shape));
    }

    public static Message SequenceOf(Message element) => new Message().Nested(4, new Message().Nested(1, element));

    public static Message OptionalOf(Message element) => new Message().Nested(9, new Message().Nested(1, element));

    public static Message MapOf(int key, Message value) => new Message().Nested(5, new Message().Number(1, key).Nested(2, value));

    public static Message Strings(string name, params string[] values)
    {
        var attribute = new Message().Text(1, name);
        foreach (var value in values)
            attribute.Text(9, value);
        return attribute.Number(20, 8);
    }

    public static Message Integers(string name, params long[] values)
    {
        var attribute = new Message().Text(1, name);
        foreach (var value in values)
            attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    public static Message Integer(string name, long value) => new Message().Text(1, name).Number(3, value).Number(20, 2);

    public static Message GraphAttribute(string name, Message graph) => new Message().Text(1, name).Nested(6, graph).Number(20, 5);

    public static Message TypeAttribute(string name, Message type) => new Message().Text(1, name).Nested(14, type).Number(20, 13);

    private OnnxFile Value(int field, string name, Message type)
    {
        _graph.Nested(field, new Message().Text(1, name).Nested(2, type));
        return this;
    }

    /// <summary>A protobuf message being written.</summary>
    internal sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, long value)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
            return this;
        }

        public Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Message Nested(int field, Message value) => Bytes(field, value.ToBytes());

        public byte[] ToBytes() => [.. _bytes];

        private Message Bytes(int field, byte[] value)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)value.Length);
            _bytes.AddRange(value);
            return this;
        }

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
                _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
        }
    }
}
