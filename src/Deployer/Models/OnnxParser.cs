namespace Deployer.Models;

/// <summary>Walks a ModelProto once and keeps what it says about itself. Field numbers are those of onnx.proto (onnx 1.20, IR version 13).</summary>
internal sealed class OnnxParser(WireReader wire)
{
    private const int LongestText = 1024 * 1024;
    private readonly TypeParser types = new(wire);

    /// <summary>Holds what was read so far when <see cref="Read"/> fails.</summary>
    public ParsedModel Model { get; } = new();

    /// <exception cref="WireFormatException">The bytes are not an ONNX model.</exception>
    public void Read()
    {
        int functions = 0;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: Model.IrVersion = wire.Int64(); break;
                case 2: Model.ProducerName = wire.Name(); break;
                case 3: Model.ProducerVersion = wire.Name(); break;
                case 4: Model.Domain = wire.Name(); break;
                case 5: Model.ModelVersion = wire.Int64(); break;
                case 6: Model.Description = wire.Text(LongestText); break;
                case 7:
                    Model.HasGraph = true;
                    wire.Message("graph", -1, ReadMainGraph);
                    break;
                case 8: wire.Message("opset_import", -1, ReadOpset); break;
                case 14: wire.Message("metadata_props", -1, ReadMetadata); break;
                case 25: wire.Message("function", functions++, ReadFunction); break;
                default: wire.Skip(); break;
            }
        }
    }

    private void ReadMainGraph() => ReadGraph(main: true);

    private void ReadSubgraph() => ReadGraph(main: false);

    private void ReadGraph(bool main)
    {
        int nodes = 0, initializers = 0, sparse = 0, inputs = 0, outputs = 0;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: wire.Message("node", nodes++, ReadNode); break;
                case 2 when main: Model.GraphName = wire.Name(); break;
                case 5: wire.Message("initializer", initializers++, () => ReadInitializer(main)); break;
                case 10 when main: Model.GraphDescription = wire.Text(LongestText); break;
                case 11 when main: wire.Message("input", inputs++, () => Model.ListedInputs.Add(types.ReadValue())); break;
                case 12 when main: wire.Message("output", outputs++, () => Model.Outputs.Add(types.ReadValue())); break;
                case 15: wire.Message("sparse_initializer", sparse++, () => ReadSparseTensor(initializer: true, main)); break;
                default: wire.Skip(); break;
            }
        }
    }

    private void ReadNode()
    {
        string type = "", domain = "";
        int attributes = 0;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 4: type = wire.Name(); break;
                case 5: wire.Message("attribute", attributes++, ReadAttribute); break;
                case 7: domain = wire.Name(); break;
                default: wire.Skip(); break;
            }
        }
        (string, string) key = (ParsedModel.Spelled(domain), type);
        Model.Operators[key] = Model.Operators.GetValueOrDefault(key) + 1;
    }

    private void ReadAttribute()
    {
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 5 or 10: wire.Message("tensor", -1, () => ReadTensor()); break;
                case 6 or 11: wire.Message("graph", -1, ReadSubgraph); break;
                case 22 or 23: wire.Message("sparse_tensor", -1, () => ReadSparseTensor(initializer: false, main: false)); break;
                default: wire.Skip(); break;
            }
        }
    }

    private void ReadSparseTensor(bool initializer, bool main)
    {
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1 when initializer: wire.Message("values", -1, () => ReadInitializer(main)); break;
                case 1: wire.Message("values", -1, () => ReadTensor()); break;
                case 2: wire.Message("indices", -1, () => ReadTensor()); break;
                default: wire.Skip(); break;
            }
        }
    }

    private void ReadInitializer(bool main)
    {
        (string name, long elements) = ReadTensor();
        if (main)
            Model.Initializers.Add(name);
        if (elements > long.MaxValue - Model.ParameterCount)
            throw wire.Damaged("the initializers have more than 2^63 elements");
        Model.ParameterCount += elements;
    }

    /// <summary>A TensorProto; its bytes are walked past, or noted when they are in another file.</summary>
    private (string Name, long Elements) ReadTensor()
    {
        string name = "";
        string? location = null, offset = null, length = null;
        long type = 0;
        bool external = false;
        UInt128 elements = 1;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: wire.Int64s(Multiply); break;
                case 2: type = wire.Int64(); break;
                case 8: name = wire.Name(); break;
                case 13: wire.Message("external_data", -1, ReadExternal); break;
                case 14: external = wire.Int64() == 1; break;
                default: wire.Skip(); break;
            }
        }
        if (external)
            Model.External.Add(new ExternalTensor(name, location, offset, length, ElementTypes.Bytes(type, (long)elements)));
        return (name, (long)elements);

        void Multiply(long size)
        {
            if (size < 0)
                throw wire.Damaged($"a tensor has the dimension {size}");
            elements *= (UInt128)size;
            if (elements > long.MaxValue)
                throw wire.Damaged("a tensor has more than 2^63 elements");
        }

        void ReadExternal()
        {
            (string key, string value) = ReadEntry();
            _ = key switch
            {
                "location" => location = value,
                "offset" => offset = value,
                "length" => length = value,
                _ => "",
            };
        }
    }

    private void ReadFunction()
    {
        string name = "", domain = "";
        int nodes = 0;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: name = wire.Name(); break;
                case 7: wire.Message("node", nodes++, ReadNode); break;
                case 10: domain = wire.Name(); break;
                default: wire.Skip(); break;
            }
        }
        Model.Functions.Add((ParsedModel.Spelled(domain), name));
    }

    private void ReadOpset()
    {
        string domain = "";
        long version = 0;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: domain = wire.Name(); break;
                case 2: version = wire.Int64(); break;
                default: wire.Skip(); break;
            }
        }
        Model.OpsetImports[ParsedModel.Spelled(domain)] = version;
    }

    private void ReadMetadata()
    {
        (string key, string value) = ReadEntry();
        Model.Metadata[key] = value;
    }

    private (string Key, string Value) ReadEntry()
    {
        string key = "", value = "";
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: key = wire.Name(); break;
                case 2: value = wire.Text(LongestText); break;
                default: wire.Skip(); break;
            }
        }
        return (key, value);
    }
}
