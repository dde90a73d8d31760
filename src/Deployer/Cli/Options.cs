using System.CommandLine;

namespace Deployer.Cli;

/// <summary>Options and arguments that several verbs share.</summary>
internal static class Options
{
    public static Option<string> Target()
    {
        var option = new Option<string>("--target") { Description = "Where to deploy: local.", HelpName = "TARGET", DefaultValueFactory = _ => "local" };
        option.AcceptOnlyFromAmong("local");
        return option;
    }

    public static Option<int> Timeout()
    {
        var option = new Option<int>("--timeout")
        {
            Description = "Seconds after which the run lets go, resumable, with exit code 9.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 3600,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--timeout takes a number of seconds, 1 or more.");
        });
        return option;
    }

    public static Argument<string?> OptionalName() => new("NAME")
    {
        Description = "The endpoint; may be left out where there is only one.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
