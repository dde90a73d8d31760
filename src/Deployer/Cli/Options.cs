using System.CommandLine;
using System.Globalization;

namespace Deployer.Cli;

/// <summary>Options and arguments that several verbs share.</summary>
internal static class Options
{
    /// <summary>The argument that names an endpoint, wherever it appears.</summary>
    public const string EndpointName = "NAME";

    private const int LongestTimeout = 30 * 24 * 60 * 60;

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
        TakesWholeNumber(option, 1, LongestTimeout, $"a whole number of seconds from 1 to {LongestTimeout}, which is 30 days");
        return option;
    }

    /// <summary>Refuses what is no number, or none that can be meant, in plain words.</summary>
    /// <param name="option">Any option with one number.</param>
    /// <param name="least">The smallest that is right.</param>
    /// <param name="most">The largest.</param>
    /// <param name="what">What it takes, in words.</param>
    public static void TakesWholeNumber(Option option, int least, int most, string what) => option.Validators.Add(result =>
    {
        // Not by the option's value: asking for that of what is no number throws.
        bool isRight = result.Tokens is not [{ Value: var text }]
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most);
        if (!isRight) result.AddError($"{option.Name} takes {what}, not '{result.Tokens[0].Value}'.");
    });

    public static Argument<string?> OptionalName() => new(EndpointName)
    {
        Description = "The endpoint; may be left out where there is only one.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
