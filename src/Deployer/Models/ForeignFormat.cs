using System.Buffers.Binary;
using System.Text;

namespace Deployer.Models;

/// <summary>A file that is not ONNX and is known all the same.</summary>
/// <param name="Name">What it is, with its article: "a PyTorch file".</param>
/// <param name="Remedy">How to get an .onnx file out of it.</param>
internal sealed record ForeignFormat(string Name, string Remedy)
{
    /// <summary>Bytes of the beginning of a file that <see cref="Recognise"/> looks at.</summary>
    public const int HeadSize = 512;

    private const string FromTorch = "Export it where the model's code is: torch.onnx.export(model.eval(), (example_input,), \"model.onnx\").";
    private const string FromPickle =
        "Export it where it was trained: open(\"model.onnx\", \"wb\").write(skl2onnx.to_onnx(model, X[:1]).SerializeToString()); "
        + "for XGBoost and LightGBM use onnxmltools.";
    private const string FromSavedModel = "Convert it: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx.";
    private const string FromHuggingFace = "Export the model it belongs to: optimum-cli export onnx --model FOLDER_OR_NAME OUTPUT_FOLDER.";
    private const string Unpack = "Unpack it and name the .onnx file that is in it.";
    private const string FindIt = "Name the .onnx file itself, and open this one in an editor to see what wrote it.";

    /// <summary>Null when nothing known is recognised, and so for every ONNX model.</summary>
    /// <param name="head">The first <see cref="HeadSize"/> bytes, or all when there are fewer.</param>
    /// <param name="fileName">Decides only between formats that begin alike.</param>
    public static ForeignFormat? Recognise(ReadOnlySpan<byte> head, string fileName)
    {
        string extension = Path.GetExtension(fileName).ToLowerInvariant();
        return OfMagic(head, extension) ?? OfProtobuf(head, extension) ?? OfText(head);
    }

    private static ForeignFormat? OfMagic(ReadOnlySpan<byte> head, string extension) => head switch
    {
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => OfZip(head, extension),
        [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, ..] => new("a PyTorch file of the format before 1.6", FromTorch),
        [0x80, 2, ..] when extension is ".pt" or ".pth" => new("a PyTorch pickle", FromTorch),
        [0x80, >= 2 and <= 5, ..] => new("a Python pickle (pickle or joblib)", FromPickle),
        [0x78, 0x01 or 0x5E or 0x9C or 0xDA, ..] => new("a zlib-compressed file, probably written by joblib", FromPickle),
        [0x89, (byte)'H', (byte)'D', (byte)'F', ..] =>
            new("an HDF5 file, probably Keras", "Convert it: python -m tf2onnx.convert --keras model.h5 --output model.onnx."),
        [_, _, 0, 0, (byte)'T', (byte)'F', (byte)'L', (byte)'3', ..] =>
            new("a TensorFlow Lite model", "Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx."),
        [_, _, 0, 0, (byte)'O', (byte)'R', (byte)'T', (byte)'M', ..] =>
            new("a model in ONNX Runtime's own ORT format", "Name the .onnx file that it was converted from; an .ort file cannot be turned back."),
        [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => new("a GGUF file (llama.cpp)", FromHuggingFace),
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => new("a NumPy array", "Name the .onnx file; this one holds numbers, not a model."),
        [0x1F, 0x8B, ..] => new("a gzip archive", Unpack),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => new("a Zstandard archive", Unpack),
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => new("an xz archive", Unpack),
        [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => new("a 7z archive", Unpack),
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => new("a Linux program or library", FindIt),
        _ when head.Length > 262 && head[0] >= (byte)' ' && head.Slice(257, 5).SequenceEqual("ustar"u8) => new("a tar archive", Unpack),
        _ when IsSafetensors(head) => new("a safetensors file, which holds weights and no graph", FromHuggingFace),
        _ => null,
    };

    private static ForeignFormat OfZip(ReadOnlySpan<byte> head, string extension)
    {
        const int NameLengthAt = 26, NameAt = 30;
        int length = head.Length < NameAt ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(head[NameLengthAt..]);
        string first = length == 0 ? "" : Encoding.UTF8.GetString(head.Slice(NameAt, Math.Min(length, head.Length - NameAt)));
        if (extension is ".pt" or ".pth" or ".ckpt" || first.EndsWith("/data.pkl", StringComparison.Ordinal))
            return new("a PyTorch file (a zip archive)", FromTorch);
        if (extension == ".pt2")
            return new("a PyTorch exported program (a zip archive)", FromTorch);
        if (extension == ".keras")
            return new("a Keras 3 file (a zip archive)", "Export it from Keras: model.export(\"model.onnx\", format=\"onnx\").");
        return extension == ".npz" ? new("a NumPy archive", FindIt) : new("a zip archive", Unpack);
    }

    private static bool IsSafetensors(ReadOnlySpan<byte> head) =>
        head.Length > 9 && BinaryPrimitives.ReadUInt64LittleEndian(head) is > 1 and < 1 << 30 && head[8] == (byte)'{' && head[9] is (byte)'"' or (byte)'}';

    /// <summary>A ModelProto begins with its IR version (08 xx) and has no message in field 1 and no number in field 2.</summary>
    private static ForeignFormat? OfProtobuf(ReadOnlySpan<byte> head, string extension)
    {
        if (extension == ".mlmodel" && head is [0x08, ..])
            return new("a Core ML model", "Export the model it was made from; Core ML cannot be turned back into ONNX.");
        if (head is [0x08, 1, 0x12, ..] && FirstInside(head, 2) == 0x0A)
            return new("a TensorFlow SavedModel", FromSavedModel);
        if (head is [0x0A, ..] && FirstInside(head, 0) == 0x0A)
            return new("a TensorFlow GraphDef (a frozen graph)",
                "Convert it: python -m tf2onnx.convert --graphdef model.pb --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx.");
        int at = 0;
        while (at + 1 < head.Length && head[at] == 0x08)
            for (at++; at < head.Length - 1 && head[at++] >= 0x80;)
            {
            }
        return at > 0 && at < head.Length && head[at] == 0x10
            ? new("an ONNX tensor, such as a test input", "Name the model.onnx that it belongs to.")
            : null;
    }

    /// <summary>The first byte of the length-delimited field whose tag is at <paramref name="tag"/>; -1 when it is not there.</summary>
    private static int FirstInside(ReadOnlySpan<byte> head, int tag)
    {
        int at = tag + 1;
        while (at < head.Length && head[at] >= 0x80)
            at++;
        return at + 1 < head.Length ? head[at + 1] : -1;
    }

    private static ForeignFormat? OfText(ReadOnlySpan<byte> head)
    {
        const string LargeFile = "version https://git-lfs.github.com/spec/";
        foreach (byte b in head)
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f') || b == 0x7F)
                return null;
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        int bad = text.AsSpan().Count('\uFFFD');
        if (bad > 1)
            return null;
        if (text.StartsWith(LargeFile, StringComparison.Ordinal))
            return new($"a Git LFS pointer{LargeFileSize(text)}: the file itself was not fetched", "Run 'git lfs pull'; on a build agent, check out with LFS on.");
        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return new("an HTML page, as a download that asks to sign in leaves behind", "Download the model again and look at the address and the sign-in.");
        if (text.StartsWith('{') || text.StartsWith('['))
            return new("JSON text", FindIt);
        return text.StartsWith('<') ? new("XML text", FindIt) : new("plain text", FindIt);
    }

    private static string LargeFileSize(string pointer)
    {
        string? line = pointer.Split('\n').FirstOrDefault(line => line.StartsWith("size ", StringComparison.Ordinal));
        return line is null ? "" : $" to a file of {line["size ".Length..].Trim()} bytes";
    }
}
