using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Deployer.Cli;

/// <summary>The usual help, and below it lines that can be copied.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        [""] =
        [
            "deployer init                               # write workspace.json and config/",
            "deployer deploy --target local              # from .onnx to a live endpoint on this machine",
            "deployer deploy -o json >result.json        # in a pipeline: the answer on stdout, events on stderr",
            "deployer status",
        ],
        ["init"] = ["deployer init", "deployer init serving --model models/churn.onnx"],
        ["inspect"] = ["deployer inspect model.onnx", "deployer inspect model.onnx --sample > request.json"],
        ["plan"] = ["deployer plan", "deployer plan --detailed-exitcode || echo \"exit code 10: there is something to change\""],
        ["register"] = ["deployer register", "deployer register -o json | jq -r .version"],
        ["build"] = ["deployer build", "deployer build --to oci-layout:image && skopeo inspect oci:image"],
        ["deploy"] = ["deployer deploy", "deployer deploy --config config/staging.yaml --timeout 600", "deployer deploy -o json 2>events.ndjson | jq -r .endpoint.scoringUri"],
        ["status"] = ["deployer status", "deployer status mnist -o json | jq -r '.endpoints[0].state'"],
        ["logs"] = ["deployer logs --follow", "deployer logs mnist --revision 3 --tail 50"],
        ["invoke"] = ["deployer invoke --data request.json", "echo '{\"data\": [[1, 2, 3]]}' | deployer invoke mnist --data -"],
        ["rollback"] = ["deployer rollback", "deployer rollback mnist --to 3"],
        ["delete"] = ["deployer delete mnist"],
        ["resume"] = ["deployer resume", "deployer resume 01KB3V6Q2M7Y4C8N5T9R0WXJZD"],
        ["completion"] = ["source <(deployer completion bash)", "deployer completion fish > ~/.config/fish/completions/deployer.fish"],
    };

    private static readonly (string ExitCode, string Meaning)[] Meanings =
    [
        ("0", "done, or nothing to do"),
        ("2", "the command line or a file is wrong"),
        ("3", "authentication or authorization"),
        ("4", "an operation failed on the far side, or the scorer stopped"),
        ("5", "verification failed; what served before serves on"),
        ("6", "not found"),
        ("7", "another run holds the deployment"),
        ("8", "cancelled by a verb"),
        ("9", "deadline passed; resume goes on"),
        ("10", "plan --detailed-exitcode: there is something to change"),
        ("11", "the journal is damaged"),
        ("12, 13", "failed after promotion; the former revision serves again, could not be put back"),
        ("129, 130, 143", "let go on a signal; resume goes on"),
        ("70", "a bug in the deployer"),
    ];

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        Command command = parseResult.CommandResult.Command;
        if (!Examples.TryGetValue(command is RootCommand ? "" : command.Name, out string[]? examples)) return code;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string example in examples) output.WriteLine($"  {example}");
        output.WriteLine();
        if (command is not RootCommand) return code;
        output.WriteLine("Exit codes:");
        foreach ((string exitCode, string meaning) in Meanings) output.WriteLine($"  {exitCode,-15}{meaning}");
        output.WriteLine();
        return code;
    }
}

/// <summary><c>--version</c>.</summary>
internal sealed class PrintVersion(string version) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(version);
        return ExitCodes.Done;
    }
}
