using System.Globalization;

namespace Deployer.Models;

/// <summary>The files beside an .onnx file that hold weights. Checked as ONNX Runtime 1.31.1 checks them on load.</summary>
internal sealed class ExternalData(string modelPath, string shownPath)
{
    private const string SaveAgain =
        "Save the model again, data beside it: onnx.save_model(model, \"model.onnx\", save_as_external_data=True, location=\"model.onnx.data\").";

    private readonly string folder = Path.GetDirectoryName(modelPath)!;

    /// <summary>The files, by the path from the model's folder ('/' between parts), ordinal; every one there and long enough.</summary>
    /// <exception cref="DeployerException">Model: outside the folder, missing, too short, or wrongly described.</exception>
    public IReadOnlyList<string> Resolve(IReadOnlyList<ExternalTensor> tensors)
    {
        Dictionary<string, long> sizes = new(StringComparer.Ordinal);
        List<(string Location, string Tensor)> missing = [];
        foreach (ExternalTensor tensor in tensors)
        {
            string location = Inside(tensor);
            if (!sizes.TryGetValue(location, out long size))
            {
                size = SizeOf(location, tensor.Tensor);
                sizes.Add(location, size);
                if (size < 0)
                    missing.Add((location, tensor.Tensor));
            }
            if (size >= 0)
                CheckRange(tensor, location, size);
        }
        if (missing.Count > 0)
            throw Missing(missing);
        return [.. sizes.Keys.Order(StringComparer.Ordinal)];
    }

    public string FullPath(string location) => Path.Combine(folder, location);

    private string Inside(ExternalTensor tensor)
    {
        string name = PrintableText.Of(tensor.Tensor);
        if (string.IsNullOrEmpty(tensor.Location))
            throw Refused($"{shownPath} keeps the data of the tensor '{name}' in another file and does not say in which.", SaveAgain);
        string location = PrintableText.Of(tensor.Location);
        if (tensor.Location.Contains('\0', StringComparison.Ordinal))
            throw Refused($"{shownPath} keeps the data of the tensor '{name}' in '{location}', which is no file name.", SaveAgain);
        if (Path.IsPathRooted(tensor.Location) || tensor.Location[0] is '/' or '\\' || tensor.Location is [_, ':', ..])
            throw Refused($"{shownPath} keeps the data of the tensor '{name}' at the absolute path '{location}'; the scorer reads data only from the model's folder.", SaveAgain);
        string relative = Path.GetRelativePath(folder, Path.GetFullPath(Path.Combine(folder, tensor.Location)));
        if (relative is "." or ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Refused($"{shownPath} keeps the data of the tensor '{name}' in '{location}', outside the model's folder.", SaveAgain);
        RefuseLinksOut(relative, name);
        return relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>A link may lead to the model's folder or, where the model itself is a link (Hugging Face's cache), to the folder it leads to.</summary>
    private void RefuseLinksOut(string relative, string tensor)
    {
        string leadsTo = RealPath.Of(Path.Combine(folder, relative));
        if (!IsBelow(leadsTo, RealPath.Of(folder)) && !IsBelow(leadsTo, Path.GetDirectoryName(RealPath.Of(modelPath))!))
            throw Refused($"{shownPath} keeps the data of the tensor '{tensor}' in '{PrintableText.Of(relative)}', a link that leads out of the model's folder, to {PrintableText.Of(leadsTo)}.",
                "Put the file itself beside the model in place of the link.");
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Bytes; -1 when there is no such file.</summary>
    private long SizeOf(string location, string tensor)
    {
        string path = FullPath(location);
        if (Directory.Exists(path) || SpecialFiles.Describe(path) is not null)
            throw Refused($"{shownPath} keeps the data of the tensor '{PrintableText.Of(tensor)}' in '{PrintableText.Of(location)}', which is not a regular file.", SaveAgain);
        var file = new FileInfo(path);
        FileInfo? real = file.Exists ? file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file : null;
        return real is { Exists: true } ? real.Length : -1;
    }

    private void CheckRange(ExternalTensor tensor, string location, long size)
    {
        string where = $"the data of the tensor '{PrintableText.Of(tensor.Tensor)}' in '{PrintableText.Of(location)}'";
        long offset = Number(tensor.Offset, "offset", where) ?? 0;
        long? length = Number(tensor.Length, "length", where);
        if (length is not null && tensor.Needed is not null && length != tensor.Needed)
            throw Refused($"{shownPath} says that {where} has {length} bytes, but its shape and type need {tensor.Needed}.", SaveAgain);
        if ((Int128)offset + (length ?? tensor.Needed ?? 0) is var end && end > size)
            throw Refused($"{shownPath} needs {where} up to byte {end}, but that file has {size} bytes.",
                $"The file is cut short, or belongs to another model{LargeFileHint(location, size)}. Copy or export the model and its data again, together.");
    }

    private long? Number(string? text, string key, string where)
    {
        if (text is null)
            return null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            throw Refused($"{shownPath} gives '{PrintableText.Of(text)}' as the {key} of {where}, which is no number of bytes.", SaveAgain);
        return number;
    }

    private string LargeFileHint(string location, long size)
    {
        if (size is 0 or > ForeignFormat.HeadSize)
            return "";
        try
        {
            return File.ReadAllText(FullPath(location)).StartsWith("version https://git-lfs", StringComparison.Ordinal)
                ? " (it is a Git LFS pointer: run 'git lfs pull')"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private DeployerException Missing(List<(string Location, string Tensor)> missing)
    {
        const int Shown = 3;
        string names = string.Join(", ", missing.Take(Shown).Select(file => $"'{PrintableText.Of(file.Location)}'"));
        string more = missing.Count > Shown ? $" and {missing.Count - Shown} more" : "";
        string files = missing.Count == 1 ? "the file" : $"{missing.Count} files";
        return Refused(
            $"{shownPath} keeps weights in {files} {names}{more}, not found beside it (first needed by the tensor '{PrintableText.Of(missing[0].Tensor)}').",
            $"Put it into {PrintableText.Of(folder)}; a model with external data is all of its files, and they go together.");
    }

    private static DeployerException Refused(string problem, string remedy) => new(FailureCode.Model, problem, remedy);
}
