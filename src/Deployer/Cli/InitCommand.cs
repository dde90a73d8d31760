using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Deployer.Configuration;
using Deployer.Models;

namespace Deployer.Cli;

/// <summary><c>deployer init [DIR]</c>: the files a deployment needs, filled in from the model that is there. Never overwrites.</summary>
public sealed class InitCommand(Invocation invocation)
{
    private const string DeploymentPath = "config/deployment.yaml";

    private static readonly Argument<string> Folder = new("DIR") { Description = "The folder.", DefaultValueFactory = _ => "." };
    private static readonly Option<string?> Model = new("--model") { Description = "The .onnx file; without it, the one that lies in DIR.", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("init", "Writes workspace.json, config/ and a sample request. Never overwrites a file.") { Folder, Model };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(parsed.GetValue(Folder)!, verb.Surroundings.CurrentFolder);
        string? path = parsed.GetValue(Model) is { } named ? Path.GetFullPath(named, verb.Surroundings.CurrentFolder) : OnlyModelIn(folder);
        OnnxModel? model = path is null ? null : await OnnxModelReader.ReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        string modelPath = Path.GetRelativePath(Path.Combine(folder, "config"), path ?? Path.Combine(folder, "model.onnx")).Replace('\\', '/');

        Dictionary<string, string> files = new()
        {
            ["workspace.json"] = InitTemplates.Workspace,
            [DeploymentPath] = InitTemplates.Deployment(EndpointName(path), modelPath),
            ["config/environment.yaml"] = InitTemplates.Environment,
        };
        foreach ((string name, string schema) in SchemaWriter.All) files[$"config/schemas/{name}"] = schema;
        if (model is not null && SampleRequest.For(model).Json is { } sample) files["config/sample-request.json"] = sample + "\n";

        List<JsonObject> done = [.. files.Select(f => new JsonObject { ["path"] = f.Key, ["written"] = Write(Path.Combine(folder, f.Key), f.Value) })];
        if (verb.IsJson)
        {
            verb.Answer(new JsonObject { ["schema"] = "deployer.init/1", ["files"] = new JsonArray([.. done]) });
            return ExitCodes.Done;
        }
        foreach (JsonObject file in done) verb.Out.WriteLine($"{((bool)file["written"]! ? "wrote " : "kept  ")} {file["path"]}");
        bool isKept = done.Any(f => (string)f["path"]! == DeploymentPath && !(bool)f["written"]!);
        if (isKept) verb.Out.WriteLine($"{DeploymentPath} was there before: its model.path stays as it is.");
        verb.Out.WriteLine(model is null && !isKept
            ? "Put the model's path into config/deployment.yaml, then run `deployer deploy --target local`."
            : "Next: `deployer deploy --target local`.");
        return ExitCodes.Done;
    }

    /// <exception cref="DeployerException">There are several, and no deployment file says which is meant.</exception>
    private static string? OnlyModelIn(string folder)
    {
        string[] there = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.onnx") : [];
        if (there.Length > 1 && !File.Exists(Path.Combine(folder, DeploymentPath)))
            throw new DeployerException(FailureCode.Usage,
                $"Which model? There are: {string.Join(", ", there.Select(f => PrintableText.Of(Path.GetFileName(f))).Order(StringComparer.Ordinal))}.", "Pass --model FILE.");
        return there is [var only] ? only : null;
    }

    /// <summary>The file's name as an endpoint may be called.</summary>
    private static string EndpointName(string? model)
    {
        var name = new StringBuilder();
        foreach (char c in Path.GetFileNameWithoutExtension(model ?? "my-model").ToLowerInvariant())
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        string trimmed = name.ToString().TrimStart('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return trimmed[..Math.Min(trimmed.Length, 32)].TrimEnd('-') is { Length: >= 3 } usable ? usable : "my-model";
    }

    private static bool Write(string file, string content)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(Encoding.UTF8.GetBytes(content));
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{file} cannot be written: {e.Message}", "Name a folder that can be written.", e);
        }
    }
}
