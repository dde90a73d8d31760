using System.CommandLine;

namespace Deployer.Cli;

/// <summary><c>deployer completion SHELL</c>: a script for the shell that asks the deployer itself what may come next.</summary>
public sealed class CompletionCommand(Invocation invocation)
{
    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh, fish or pwsh." };

    public Command Create()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints a completion script: source <(deployer completion bash)") { Shell };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, _) =>
        {
            verb.Out.Write(Script(parsed.GetValue(Shell)!));
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    // `[suggest:N]` is System.CommandLine's own directive: it prints what may stand at character N of the line.
    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _deployer() {
              local line="${COMP_LINE}" point="${COMP_POINT}"
              mapfile -t COMPREPLY < <(compgen -W "$(deployer "[suggest:${point}]" "${line}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -o default -F _deployer deployer

            """,
        "zsh" => """
            #compdef deployer
            _deployer() {
              local -a found
              found=("${(@f)$(deployer "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              compadd -a found || _files
            }
            compdef _deployer deployer

            """,
        "fish" => """
            complete -c deployer -a '(set -l line (commandline -cp); deployer "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'

            """,
        _ => """
            Register-ArgumentCompleter -Native -CommandName deployer -ScriptBlock {
              param($word, $ast, $position)
              deployer "[suggest:$position]" "$ast" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }

            """,
    };
}
