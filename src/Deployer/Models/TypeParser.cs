namespace Deployer.Models;

/// <summary>Reads a ValueInfoProto: the name, type and shape of an input or output.</summary>
internal sealed class TypeParser(WireReader wire)
{
    private const string Undefined = "undefined";

    /// <summary>What one TypeProto says.</summary>
    private sealed record Description(string Type, IReadOnlyList<Dimension>? Shape);

    public ModelValue ReadValue()
    {
        string name = "";
        var type = new Description(Undefined, null);
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: name = wire.Name(); break;
                case 2: wire.Message("type", -1, () => type = ReadType()); break;
                default: wire.Skip(); break;
            }
        }
        return new ModelValue(name, type.Type, type.Shape);
    }

    private Description ReadType()
    {
        var type = new Description(Undefined, null);
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: wire.Message("tensor_type", -1, () => type = ReadTensor()); break;
                case 4: wire.Message("sequence_type", -1, () => type = ReadContainer("sequence")); break;
                case 5: wire.Message("map_type", -1, () => type = ReadMap()); break;
                case 7: wire.Message("opaque_type", -1, () => type = ReadOpaque()); break;
                case 8: wire.Message("sparse_tensor_type", -1, () => type = ReadSparse()); break;
                case 9: wire.Message("optional_type", -1, () => type = ReadContainer("optional")); break;
                default: wire.Skip(); break;
            }
        }
        return type;
    }

    private Description ReadSparse()
    {
        Description dense = ReadTensor();
        return dense with { Type = $"sparse_tensor({dense.Type})" };
    }

    private Description ReadTensor()
    {
        string type = Undefined;
        List<Dimension>? shape = null;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: type = ElementTypes.Name(wire.Int64()); break;
                case 2: wire.Message("shape", -1, () => shape = ReadShape()); break;
                default: wire.Skip(); break;
            }
        }
        return new Description(type, shape);
    }

    private List<Dimension> ReadShape()
    {
        List<Dimension> shape = [];
        while (wire.Next(out int field))
        {
            if (field == 1)
                wire.Message("dim", shape.Count, () => shape.Add(ReadDimension()));
            else
                wire.Skip();
        }
        return shape;
    }

    /// <summary>A negative size and an empty name are what some exporters write for "unknown".</summary>
    private Dimension ReadDimension()
    {
        var dimension = new Dimension(null, null);
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: dimension = wire.Int64() is >= 0 and long size ? new Dimension(size, null) : default; break;
                case 2: dimension = wire.Name() is { Length: > 0 } symbol ? new Dimension(null, symbol) : default; break;
                default: wire.Skip(); break;
            }
        }
        return dimension;
    }

    private Description ReadContainer(string container)
    {
        string element = Undefined;
        while (wire.Next(out int field))
        {
            if (field == 1)
                wire.Message("elem_type", -1, () => element = ReadType().Type);
            else
                wire.Skip();
        }
        return new Description($"{container}({element})", null);
    }

    private Description ReadMap()
    {
        string key = Undefined, value = Undefined;
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: key = ElementTypes.Name(wire.Int64()); break;
                case 2: wire.Message("value_type", -1, () => value = ReadType().Type); break;
                default: wire.Skip(); break;
            }
        }
        return new Description($"map({key},{value})", null);
    }

    private Description ReadOpaque()
    {
        string domain = "", name = "";
        while (wire.Next(out int field))
        {
            switch (field)
            {
                case 1: domain = wire.Name(); break;
                case 2: name = wire.Name(); break;
                default: wire.Skip(); break;
            }
        }
        return new Description($"opaque({domain},{name})", null);
    }
}
