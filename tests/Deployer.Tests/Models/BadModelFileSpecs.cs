using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Deployer.Models;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

/// <summary>What a person is told about a file that is no usable model. In the expected texts {path} and {folder} stand for the case's own.</summary>
public sealed partial class BadModelFileSpecs : IDisposable
{
    private const string Torch = "Export it where the model's code is: torch.onnx.export(model.eval(), (example_input,), \"model.onnx\").";
    private const string Sklearn = "Export it where it was trained: open(\"model.onnx\", \"wb\").write(skl2onnx.to_onnx(model, X[:1]).SerializeToString()); for XGBoost and LightGBM use onnxmltools.";
    private const string HuggingFace = "Export the model it belongs to: optimum-cli export onnx --model FOLDER_OR_NAME OUTPUT_FOLDER.";
    private const string Unpack = "Unpack it and name the .onnx file that is in it.";
    private const string FindIt = "Name the .onnx file itself, and open this one in an editor to see what wrote it.";
    private const string SaveAgain = "Save the model again, data beside it: onnx.save_model(model, \"model.onnx\", save_as_external_data=True, location=\"model.onnx.data\").";
    private const string NotOnnx = "Name a file that an ONNX exporter wrote, or copy it again: it may be damaged.";
    private const string CopyAgain = "Compare its size with the original: a copy or download stopped early. Copy it again.";

    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, byte[], string, string> ForeignFiles => new()
    {
        { "m.pt", Zip("archive/data.pkl"), "a PyTorch file (a zip archive)", Torch },
        { "renamed.onnx", Zip("archive/data.pkl"), "a PyTorch file (a zip archive)", Torch },
        { "old.pth", [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20], "a PyTorch file of the format before 1.6", Torch },
        { "m.pkl", [0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'N', (byte)'.'], "a Python pickle (pickle or joblib)", Sklearn },
        { "m.joblib", [0x78, 0x9C, 1, 2, 3, 4], "a zlib-compressed file, probably written by joblib", Sklearn },
        { "m.h5", [0x89, .. "HDF\r\n\u001a\n"u8], "an HDF5 file, probably Keras", "Convert it: python -m tf2onnx.convert --keras model.h5 --output model.onnx." },
        { "m.keras", Zip("metadata.json"), "a Keras 3 file (a zip archive)", "Export it from Keras: model.export(\"model.onnx\", format=\"onnx\")." },
        { "saved_model.pb", new OnnxBytes().Number(1, 1).Message(2, new OnnxBytes().Message(1, new OnnxBytes().Text(4, "serve"))).ToArray(), "a TensorFlow SavedModel",
            "Convert it: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx." },
        { "frozen.pb", new OnnxBytes().Message(1, new OnnxBytes().Text(1, "input").Text(2, "Placeholder")).ToArray(), "a TensorFlow GraphDef (a frozen graph)",
            "Convert it: python -m tf2onnx.convert --graphdef model.pb --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx." },
        { "m.tflite", [0x1C, 0, 0, 0, .. "TFL3"u8, 0, 0], "a TensorFlow Lite model", "Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx." },
        { "m.ort", [0x1C, 0, 0, 0, .. "ORTM"u8, 0, 0], "a model in ONNX Runtime's own ORT format", "Name the .onnx file that it was converted from; an .ort file cannot be turned back." },
        { "m.safetensors", [0x40, 0, 0, 0, 0, 0, 0, 0, .. "{\"__metadata__\":{}}"u8], "a safetensors file, which holds weights and no graph", HuggingFace },
        { "m.gguf", [.. "GGUF"u8, 3, 0, 0, 0], "a GGUF file (llama.cpp)", HuggingFace },
        { "m.mlmodel", new OnnxBytes().Number(1, 4).Message(2, new OnnxBytes().Text(1, "x")).ToArray(), "a Core ML model", "Export the model it was made from; Core ML cannot be turned back into ONNX." },
        { "input_0.pb", new OnnxBytes().Number(1, 3).Number(1, 300).Number(2, 1).Text(8, "x").ToArray(), "an ONNX tensor, such as a test input", "Name the model.onnx that it belongs to." },
        { "x.npy", [0x93, .. "NUMPY"u8, 1, 0], "a NumPy array", "Name the .onnx file; this one holds numbers, not a model." },
        { "m.zip", Zip("model.onnx"), "a zip archive", Unpack },
        { "m.tar.gz", [0x1F, 0x8B, 8, 0, 0], "a gzip archive", Unpack },
        { "m.zst", [0x28, 0xB5, 0x2F, 0xFD, 0], "a Zstandard archive", Unpack },
        { "m.tar", [.. "model.onnx"u8, .. new byte[247], .. "ustar\000"u8, .. new byte[300]], "a tar archive", Unpack },
        { "pointer.onnx", Utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 26454\n"),
            "a Git LFS pointer to a file of 26454 bytes: the file itself was not fetched", "Run 'git lfs pull'; on a build agent, check out with LFS on." },
        { "login.onnx", Utf8("\n<!DOCTYPE html>\n<html><body>Sign in</body></html>"), "an HTML page, as a download that asks to sign in leaves behind",
            "Download the model again and look at the address and the sign-in." },
        { "m.json", Utf8("{\"model\": 1}"), "JSON text", FindIt },
        { "m.xml", Utf8("<?xml version=\"1.0\"?><net/>"), "XML text", FindIt },
        { "m.txt", Utf8("tree\nversion=v4\n"), "plain text", FindIt },
        { "m.so", [0x7F, .. "ELF"u8, 2, 1], "a Linux program or library", FindIt },
    };

    [Theory]
    [MemberData(nameof(ForeignFiles), DisableDiscoveryEnumeration = true)]
    public Task A_file_of_another_kind_is_named_and_the_way_to_ONNX_told(string name, byte[] content, string kind, string remedy) =>
        RefusedAsync(folder.Write(name, content), FailureCode.Model, $"{{path}} is not an ONNX model but {kind}.", remedy);

    public static TheoryData<string, OnnxBytes, string, string> BrokenModels => new()
    {
        { "nothing", new OnnxBytes(), "{path} is empty (0 bytes).", "Copy or export it again; whatever wrote it did not finish." },
        { "noise", Raw(0xC3, 0x28, 0x00, 0xFF, 0x17), "{path} is not an ONNX model: taken for one, it is damaged at byte 0, in the model: no field has the wire type 3.", NotOnnx },
        { "zeros", Raw(new byte[64]), "{path} is not an ONNX model: taken for one, it is damaged at byte 0, in the model: no field has the number 0.", NotOnnx },
        { "no graph", new OnnxBytes().Number(1, 8).Message(8, Opset("", 17)), "{path} is not an ONNX model: there is no graph in it.", NotOnnx },
        { "cut in the graph", Raw(Model().ToArray()[..60]), "{path} is cut short: graph goes on to byte 89, but the file ends at byte 60.", CopyAgain },
        { "cut in the producer", Raw(Model().ToArray()[..6]), "{path} is cut short: field 2 of the model goes on to byte 11, but the file ends at byte 6.", CopyAgain },
        { "cut in an opset", Raw(Model().ToArray()[..^2]), "{path} is cut short: opset_import goes on to byte 95, but the file ends at byte 93.", CopyAgain },
        { "cut before the opsets", Raw(Model().ToArray()[..^6]), "{path} imports no operator set (opset_import); the file may be cut short, for exporters write it last.",
            "Compare its size with the original, and copy or export it again." },
        { "an initializer beyond its graph", Model(new OnnxBytes().Header(5, 20)).Text(6, new string('x', 40)),
            "{path} is damaged at byte 20, in graph > initializer 0: it goes on to byte 40, past the end of its message at byte 20.",
            "Compare its SHA-256 with the original, and copy or export it again." },
        { "a negative dimension", Model(Graph(graph => graph.Message(5, Tensor("w", -2)))),
            "{path} is damaged at byte 50, in field 1 of graph > initializer 0: a tensor has the dimension -2.",
            "Compare its SHA-256 with the original, and copy or export it again." },
        { "too many elements", Model(Graph(graph => graph.Message(5, Tensor("w", long.MaxValue, 2)))),
            "{path} is damaged at byte 51, in field 1 of graph > initializer 0: a tensor has more than 2^63 elements.",
            "Compare its SHA-256 with the original, and copy or export it again." },
        { "opset", Model(opset: 27), "{path} uses version 27 of the operator set ai.onnx; ONNX Runtime 1.31.1 in the scorer knows up to version 26.",
            "Export it again with opset_version=26 or lower, or convert it: onnx.version_converter.convert_version(model, 26)." },
        { "other opset", Model().Message(8, Opset("ai.onnx.ml", 6)), "{path} uses version 6 of the operator set ai.onnx.ml; ONNX Runtime 1.31.1 in the scorer knows up to version 5.",
            "Export it again with version 5 or lower of ai.onnx.ml." },
        { "IR", Model(ir: 14), "{path} has IR version 14; ONNX Runtime 1.31.1 in the scorer reads up to IR version 13.",
            "Export it again with an older onnx package, or set model.ir_version = 13 with onnx and save it." },
        { "no IR", new OnnxBytes().Message(7, Graph()).Message(8, Opset("", 17)), "{path} does not say its IR version, which ONNX Runtime 1.31.1 insists on.",
            "Load and save it with the onnx package, which writes it: onnx.save(onnx.load(path), path)." },
        { "no outputs", Model(new OnnxBytes().Message(1, Node("Abs", "x", "y")).Message(11, Value("x", 1, 2))),
            "{path} has a graph without outputs, so there is nothing to answer a request with.",
            "Name the outputs when exporting, or append them to model.graph.output with onnx." },
        { "two inputs of a name", Model(Graph(graph => graph.Message(11, Value("x", 1, 2)))), "{path} has more than one input named 'x'.",
            "Give each its own name when exporting (input_names)." },
        { "data missing", WithData(("location", "w.bin")), "{path} keeps weights in the file 'w.bin', not found beside it (first needed by the tensor 'w').",
            "Put it into {folder}; a model with external data is all of its files, and they go together." },
        { "data short", WithData(("location", "short.bin")), "{path} needs the data of the tensor 'w' in 'short.bin' up to byte 8, but that file has 4 bytes.",
            "The file is cut short, or belongs to another model. Copy or export the model and its data again, together." },
        { "data behind LFS", WithData(("location", "pointer.bin"), ("offset", "4096")), "{path} needs the data of the tensor 'w' in 'pointer.bin' up to byte 4104, but that file has 42 bytes.",
            "The file is cut short, or belongs to another model (it is a Git LFS pointer: run 'git lfs pull'). Copy or export the model and its data again, together." },
        { "data of another length", WithData(("location", "short.bin"), ("length", "4")), "{path} says that the data of the tensor 'w' in 'short.bin' has 4 bytes, but its shape and type need 8.", SaveAgain },
        { "data at no number", WithData(("location", "short.bin"), ("offset", "-1")), "{path} gives '-1' as the offset of the data of the tensor 'w' in 'short.bin', which is no number of bytes.", SaveAgain },
        { "data absolute", WithData(("location", "/etc/hostname")),
            "{path} keeps the data of the tensor 'w' at the absolute path '/etc/hostname'; the scorer reads data only from the model's folder.", SaveAgain },
        { "data absolute on Windows", WithData(("location", "C:\\w.bin")),
            "{path} keeps the data of the tensor 'w' at the absolute path 'C:\\\\w.bin'; the scorer reads data only from the model's folder.", SaveAgain },
        { "data escaping", WithData(("location", "sub/../../w.bin")), "{path} keeps the data of the tensor 'w' in 'sub/../../w.bin', outside the model's folder.", SaveAgain },
        { "data in a folder", WithData(("location", "sub")), "{path} keeps the data of the tensor 'w' in 'sub', which is not a regular file.", SaveAgain },
        { "data nowhere", WithData(), "{path} keeps the data of the tensor 'w' in another file and does not say in which.", SaveAgain },
        { "names that write to the terminal", WithData(("location", "\u001b[2J")),
            "{path} keeps weights in the file '\\u001B[2J', not found beside it (first needed by the tensor 'w').",
            "Put it into {folder}; a model with external data is all of its files, and they go together." },
    };

    [Theory]
    [MemberData(nameof(BrokenModels), DisableDiscoveryEnumeration = true)]
    public Task A_broken_model_gets_its_own_words(string name, OnnxBytes content, string problem, string remedy)
    {
        Directory.CreateDirectory(folder.File("sub"));
        folder.Write("short.bin", new byte[4]);
        folder.Write("pointer.bin", Utf8("version https://git-lfs.github.com/spec/v1"));
        return RefusedAsync(folder.Write($"{name}.onnx", content), FailureCode.Model, problem, remedy);
    }

    [Fact]
    public async Task Data_reached_by_a_link_out_of_the_folder_is_refused()
    {
        folder.Write("secret", new byte[8]);
        string path = folder.Write("m/model.onnx", WithData(("location", "w.bin")));
        File.CreateSymbolicLink(folder.File("m/w.bin"), "../secret");

        await RefusedAsync(path, FailureCode.Model, $"{{path}} keeps the data of the tensor 'w' in 'w.bin', a link that leads out of the model's folder, to {folder.File("secret")}.",
            "Put the file itself beside the model in place of the link.");

        File.Delete(folder.File("m/w.bin"));
        File.CreateSymbolicLink(folder.File("m/w.bin"), "sub/secret");
        Directory.CreateSymbolicLink(folder.File("m/sub"), folder.Path);
        await RefusedAsync(path, FailureCode.Model, $"{{path}} keeps the data of the tensor 'w' in 'w.bin', a link that leads out of the model's folder, to {folder.File("secret")}.",
            "Put the file itself beside the model in place of the link.");
    }

    [Fact]
    public async Task Links_that_go_round_in_a_circle_are_refused()
    {
        string path = folder.Write("model.onnx", WithData(("location", "a")));
        File.CreateSymbolicLink(folder.File("a"), "b");
        File.CreateSymbolicLink(folder.File("b"), "a");

        await RefusedAsync(path, FailureCode.FileAccess, $"{{path}} cannot be read: {folder.File("a")} goes through more than 40 links.",
            "Look at the file's owner and permissions, and whether something else is writing it.");
    }

    [Fact]
    public async Task A_missing_file_brings_up_the_names_near_it()
    {
        folder.Write("mnist.onnx", Model());
        folder.Write("other.onnx", Model());
        folder.Write("notes.txt", Utf8("x"));
        await RefusedAsync(folder.File("mnits.onx"), FailureCode.FileAccess, "{path} does not exist.", "In that folder there is: mnist.onnx, other.onnx.");
        await RefusedAsync(folder.File("gone/m.onnx"), FailureCode.FileAccess, "{path} does not exist.", $"The folder {folder.File("gone")} does not exist either; check the path.");
        File.CreateSymbolicLink(folder.File("link.onnx"), "nowhere.onnx");
        await RefusedAsync(folder.File("link.onnx"), FailureCode.FileAccess, "{path} is a link to nowhere.onnx, which does not exist.", "Mend the link, or name the .onnx file itself.");
        await RefusedAsync("", FailureCode.FileAccess, "'' is no path of a model.", "Name the .onnx file.");
    }

    [Fact]
    public async Task A_folder_brings_up_the_models_in_it()
    {
        await RefusedAsync(folder.Path, FailureCode.FileAccess, "{path} is a folder, not an .onnx file.", "Name an .onnx file; none is in that folder.");
        folder.Write("saved_model.pb", [1]);
        await RefusedAsync(folder.Path, FailureCode.FileAccess, "{path} is a folder, not an .onnx file.",
            "It is a TensorFlow SavedModel. Convert it: python -m tf2onnx.convert --saved-model {path} --output model.onnx.");
        foreach (string name in new[] { "a", "b", "c", "d" })
            folder.Write($"{name}.onnx", Model());
        await RefusedAsync(folder.Path, FailureCode.FileAccess, "{path} is a folder, not an .onnx file.", "Name the file: a.onnx, b.onnx, c.onnx and 1 more in it.");
    }

    [Fact]
    public async Task Three_gigabytes_are_refused_at_once_without_being_read()
    {
        string path = folder.Write("model.onnx", Model());
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(3L << 30);
        var reports = new Count();

        DeployerException e = await Assert.ThrowsAsync<DeployerException>(() => OnnxModelReader.ReadAsync(path, reports, TestContext.Current.CancellationToken));

        Assert.Equal($"{path} has 3221225472 bytes; an .onnx file is a protobuf message, which ends at 2147483647 bytes (2 GiB).", e.Message);
        Assert.Equal("Keep the weights in external data: onnx.save_model(model, \"model.onnx\", save_as_external_data=True), or torch.onnx.export(..., external_data=True).", e.Remedy);
        Assert.Equal(0, reports.Value);
    }

    [Fact]
    public async Task What_only_looks_like_a_file_is_refused_without_waiting_for_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere such files are refused as empty.");
        Assert.Equal(0, MakeFifo(folder.File("pipe.onnx"), 0x180));
        await RefusedAsync(folder.File("pipe.onnx"), FailureCode.FileAccess, "{path} is a FIFO (named pipe), and a model is read more than once.", "Save the model to a file and name that.");
        await RefusedAsync("/dev/zero", FailureCode.FileAccess, "{path} is a character device, and a model is read more than once.", "Save the model to a file and name that.");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_file_without_permission_is_a_matter_of_access()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs setfsuid(2), for root may read everything.");
        string path = folder.Write("model.onnx", Model());
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(path, UnixFileMode.None);
        DeployerException? refusal = null;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess)
                _ = SetFileSystemUser(65534);
            refusal = Assert.Throws<DeployerException>(() => OnnxModelReader.Read(path, null, CancellationToken.None));
        });
        thread.Start();
        thread.Join();

        Assert.Equal(FailureCode.FileAccess, refusal!.Code);
        Assert.Equal($"{path} cannot be read: Access to the path '{path}' is denied.", refusal.Message);
        Assert.Equal("Look at the file's owner and permissions, and whether something else is writing it.", refusal.Remedy);
    }

    private async Task RefusedAsync(string path, FailureCode code, string problem, string remedy)
    {
        DeployerException e = await ModelFolder.RefusalAsync(path);
        Assert.Equal(problem.Replace("{path}", path, StringComparison.Ordinal), e.Message);
        Assert.Equal(remedy.Replace("{path}", path, StringComparison.Ordinal).Replace("{folder}", folder.Path, StringComparison.Ordinal), e.Remedy);
        Assert.Equal(code, e.Code);
        Assert.Equal(2, ExitCodes.Of(e.Code));
    }

    private static OnnxBytes WithData(params (string Key, string Value)[] entries) => Model(Graph(graph => graph.Message(5, ExternalTensor("w", 2, entries))));

    private static OnnxBytes Raw(params byte[] bytes) => new OnnxBytes().Append(bytes);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(string entry)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
            archive.CreateEntry(entry);
        return bytes.ToArray();
    }

    private sealed class Count : IProgress<long>
    {
        public int Value { get; private set; }

        public void Report(long value) => Value++;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
