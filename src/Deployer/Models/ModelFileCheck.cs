namespace Deployer.Models;

/// <summary>Refuses, each with its own words, what is not an .onnx file at all.</summary>
internal static class ModelFileCheck
{
    private const long ProtobufLimit = int.MaxValue;
    private const int NamesShown = 3;

    public static string FullPath(string path, string shown)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw new DeployerException(FailureCode.FileAccess, $"'{shown}' is no path of a model.", "Name the .onnx file.");
        return Path.GetFullPath(path);
    }

    public static void RefuseOtherThanFiles(string full, string shown)
    {
        FileAttributes attributes;
        try
        {
            attributes = File.GetAttributes(full);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{shown} does not exist.", NearNames(full));
        }
        if (attributes.HasFlag(FileAttributes.Directory))
            throw new DeployerException(FailureCode.FileAccess, $"{shown} is a folder, not an .onnx file.", ModelsInside(full, shown));
        var file = new FileInfo(full);
        if (file.LinkTarget is { } target && !file.ResolveLinkTarget(returnFinalTarget: true)!.Exists)
            throw new DeployerException(FailureCode.FileAccess, $"{shown} is a link to {PrintableText.Of(target)}, which does not exist.",
                "Mend the link, or name the .onnx file itself.");
        if (SpecialFiles.Describe(full) is { } kind)
            throw new DeployerException(FailureCode.FileAccess, $"{shown} is {kind}, and a model is read more than once.",
                "Save the model to a file and name that.");
    }

    /// <param name="full">The file; its first bytes are read.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="shown">The path for messages.</param>
    public static void RefuseForeign(string full, long length, string shown)
    {
        if (length == 0)
            throw new DeployerException(FailureCode.Model, $"{shown} is empty (0 bytes).", "Copy or export it again; whatever wrote it did not finish.");
        using (Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete))
        {
            Span<byte> head = stackalloc byte[ForeignFormat.HeadSize];
            head = head[..RandomAccess.Read(handle, head, 0)];
            if (ForeignFormat.Recognise(head, Path.GetFileName(full)) is { } foreign)
                throw new DeployerException(FailureCode.Model, $"{shown} is not an ONNX model but {foreign.Name}.", foreign.Remedy);
        }
        if (length > ProtobufLimit)
            throw new DeployerException(FailureCode.Model,
                $"{shown} has {length} bytes; an .onnx file is a protobuf message, which ends at {ProtobufLimit} bytes (2 GiB).",
                "Keep the weights in external data: onnx.save_model(model, \"model.onnx\", save_as_external_data=True), or torch.onnx.export(..., external_data=True).");
    }

    public static DeployerException NotOnnx(string shown, string why, Exception? inner) =>
        new(FailureCode.Model, $"{shown} is not an ONNX model: {why}.", "Name a file that an ONNX exporter wrote, or copy it again: it may be damaged.", inner);

    private static string NearNames(string full)
    {
        string folder = Path.GetDirectoryName(full) ?? full;
        if (!Directory.Exists(folder))
            return $"The folder {PrintableText.Of(folder)} does not exist either; check the path.";
        string name = Path.GetFileName(full);
        string[] near =
        [
            .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                .Select(other => (Name: other, Distance: Distance(name.ToLowerInvariant(), other.ToLowerInvariant())))
                .Where(other => other.Distance <= Math.Max(2, name.Length / 3) || IsModel(other.Name))
                .OrderBy(other => other.Distance).ThenBy(other => other.Name, StringComparer.Ordinal)
                .Take(NamesShown).Select(other => PrintableText.Of(other.Name)),
        ];
        return near.Length == 0 ? "Check the path; no file in that folder has a name like it." : $"In that folder there is: {string.Join(", ", near)}.";
    }

    private static string ModelsInside(string folder, string shown)
    {
        string[] models = [.. Directory.EnumerateFiles(folder).Where(IsModel).Order(StringComparer.Ordinal)];
        if (models.Length == 0)
            return File.Exists(Path.Combine(folder, "saved_model.pb"))
                ? $"It is a TensorFlow SavedModel. Convert it: python -m tf2onnx.convert --saved-model {shown} --output model.onnx."
                : "Name an .onnx file; none is in that folder.";
        string names = string.Join(", ", models.Take(NamesShown).Select(model => PrintableText.Of(Path.GetFileName(model))));
        return $"Name the file: {names}{(models.Length > NamesShown ? $" and {models.Length - NamesShown} more" : "")} in it.";
    }

    private static bool IsModel(string name) => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Edits that turn one name into the other (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.Length];
    }
}
