using System.Text;

namespace Deployer.Tests.Models;

/// <summary>A protobuf message being written by hand: the tests share no encoder with the reader.</summary>
public sealed class OnnxBytes
{
    private readonly List<byte> bytes = [];

    public OnnxBytes Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public OnnxBytes Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public OnnxBytes Message(int field, OnnxBytes? message) => message is null ? this : Bytes(field, message.ToArray());

    public OnnxBytes Bytes(int field, byte[] content)
    {
        Header(field, content.Length);
        bytes.AddRange(content);
        return this;
    }

    /// <summary>The tag and length of a field whose content follows elsewhere.</summary>
    public OnnxBytes Header(int field, long length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
        return this;
    }

    /// <summary>Bytes as they are, in place of a field.</summary>
    public OnnxBytes Append(byte[] raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public byte[] ToArray() => [.. bytes];

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    /// <summary>A ValueInfoProto of a tensor; a dimension is a number, a name, or null.</summary>
    public static OnnxBytes Value(string name, int elementType, params object?[]? shape)
    {
        var tensor = new OnnxBytes().Number(1, elementType);
        if (shape is not null)
        {
            var dimensions = new OnnxBytes();
            foreach (object? size in shape)
                dimensions.Message(1, size switch
                {
                    string symbol => new OnnxBytes().Text(2, symbol),
                    null => new OnnxBytes(),
                    _ => new OnnxBytes().Number(1, Convert.ToInt64(size, null)),
                });
            tensor.Message(2, dimensions);
        }
        return Typed(name, new OnnxBytes().Message(1, tensor));
    }

    public static OnnxBytes Typed(string name, OnnxBytes type) => new OnnxBytes().Text(1, name).Message(2, type);

    public static OnnxBytes Node(string type, string input, string output, string domain = "")
    {
        var node = new OnnxBytes();
        if (input.Length > 0)
            node.Text(1, input);
        node.Text(2, output).Text(4, type);
        return domain.Length > 0 ? node.Text(7, domain) : node;
    }

    public static OnnxBytes Entry(string key, string value) => new OnnxBytes().Text(1, key).Text(2, value);

    public static OnnxBytes Opset(string domain, long version) => new OnnxBytes().Text(1, domain).Number(2, version);

    /// <summary>A float tensor without data.</summary>
    public static OnnxBytes Tensor(string name, params long[] shape)
    {
        var tensor = new OnnxBytes();
        foreach (long size in shape)
            tensor.Number(1, size);
        return tensor.Number(2, 1).Text(8, name);
    }

    /// <summary>A float tensor whose bytes are in another file.</summary>
    public static OnnxBytes ExternalTensor(string name, long size, params (string Key, string Value)[] entries)
    {
        OnnxBytes tensor = Tensor(name, size);
        foreach ((string key, string value) in entries)
            tensor.Message(13, Entry(key, value));
        return tensor.Number(14, 1);
    }

    /// <summary>x -> Abs -> y, two floats wide, with what a case adds to its graph.</summary>
    public static OnnxBytes Graph(Action<OnnxBytes>? more = null)
    {
        OnnxBytes graph = new OnnxBytes().Message(1, Node("Abs", "x", "y")).Text(2, "tiny");
        more?.Invoke(graph);
        return graph.Message(11, Value("x", 1, "batch", 2)).Message(12, Value("y", 1, "batch", 2));
    }

    public static OnnxBytes Model(OnnxBytes? graph = null, long ir = 8, string domain = "", long opset = 17) =>
        new OnnxBytes().Number(1, ir).Text(2, "by hand").Text(3, "1.0").Message(7, graph ?? Graph()).Message(8, Opset(domain, opset));
}
