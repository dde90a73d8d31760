using System.Security.Cryptography;
using System.Text;

namespace Deployer.Models;

/// <summary>Reads what an .onnx file says about itself and hashes it, in one pass and without holding its weights.</summary>
public static class OnnxModelReader
{
    /// <summary>A file that begins with a greater one is no ONNX model; the greatest there was in 2026 is 13.</summary>
    private const long LikelyIrVersion = 100;

    /// <summary>Reads a model and its external data.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="bytes">Told the bytes read so far, of all files together; reported from another thread.</param>
    /// <param name="cancellationToken">Looked at every 256 KiB.</param>
    /// <exception cref="DeployerException">
    /// FileAccess: there is no such file, or it cannot be read. Model: it is not ONNX, is broken, or cannot run in the scorer.
    /// </exception>
    public static Task<OnnxModel> ReadAsync(string path, IProgress<long>? bytes, CancellationToken cancellationToken) =>
        Task.Run(() => Read(path, bytes, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    internal static OnnxModel Read(string path, IProgress<long>? bytes, CancellationToken cancellationToken)
    {
        string shown = PrintableText.Of(path, most: 1000);
        try
        {
            string full = ModelFileCheck.FullPath(path, shown);
            ModelFileCheck.RefuseOtherThanFiles(full, shown);
            return ReadFile(full, shown, bytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{shown} cannot be read: {PrintableText.Of(e.Message, most: 1000)}",
                "Look at the file's owner and permissions, and whether something else is writing it.", e);
        }
    }

    private static OnnxModel ReadFile(string full, string shown, IProgress<long>? bytes, CancellationToken cancellationToken)
    {
        using var file = new HashedFile(Open(full), bytes, alreadyReported: 0, cancellationToken);
        ModelFileCheck.RefuseForeign(full, file.Length, shown);
        var parser = new OnnxParser(new WireReader(file));
        Parse(parser, shown);
        ParsedModel parsed = parser.Model;
        IReadOnlyList<string> warnings = SupportedByScorer.Check(parsed, shown);
        var external = new ExternalData(full, shown);
        IReadOnlyList<string> locations = external.Resolve(parsed.External);

        List<ModelFile> files = [new(Path.GetFileName(full), file.Length, file.Finish())];
        foreach (string location in locations)
        {
            using var data = new HashedFile(Open(external.FullPath(location)), bytes, files.Sum(done => done.Size), cancellationToken);
            files.Add(new ModelFile(location, data.Length, data.Finish()));
        }
        return Model(full, parsed, files, warnings);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);

    private static void Parse(OnnxParser parser, string shown)
    {
        try
        {
            parser.Read();
        }
        catch (WireFormatException e) when (parser.Model.HasGraph || e.CutShort && parser.Model.IrVersion is > 0 and <= LikelyIrVersion)
        {
            throw new DeployerException(FailureCode.Model, $"{shown} {e.Message}.",
                e.CutShort
                    ? "Compare its size with the original: a copy or download stopped early. Copy it again."
                    : "Compare its SHA-256 with the original, and copy or export it again.", e);
        }
        catch (WireFormatException e)
        {
            throw ModelFileCheck.NotOnnx(shown, $"taken for one, it {e.Message}", e);
        }
        if (!parser.Model.HasGraph)
            throw ModelFileCheck.NotOnnx(shown, "there is no graph in it", null);
    }

    private static OnnxModel Model(string full, ParsedModel parsed, IReadOnlyList<ModelFile> files, IReadOnlyList<string> warnings) => new()
    {
        Path = full,
        Size = files.Sum(file => file.Size),
        Sha256 = Identity(files),
        Files = files,
        IrVersion = parsed.IrVersion!.Value,
        ProducerName = parsed.ProducerName,
        ProducerVersion = parsed.ProducerVersion,
        Domain = parsed.Domain,
        ModelVersion = parsed.ModelVersion,
        GraphName = parsed.GraphName,
        Description = parsed.Description.Length > 0 ? parsed.Description : parsed.GraphDescription,
        OpsetImports = parsed.OpsetImports,
        Metadata = parsed.Metadata,
        ParameterCount = parsed.ParameterCount,
        Operators = [.. SupportedByScorer.Sorted(parsed.Operators).Select(used => new ModelOperator(used.Key.Domain, used.Key.Name, used.Value))],
        Inputs = parsed.Inputs,
        Outputs = parsed.Outputs,
        Warnings = warnings,
    };

    private static string Identity(IReadOnlyList<ModelFile> files) => files.Count == 1
        ? files[0].Sha256
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Sha256}  {file.RelativePath}\n")))));
}
