using System.CommandLine;
using Deployer.Models;

namespace Deployer.Cli;

/// <summary><c>deployer inspect MODEL</c>: what an .onnx file says about itself. Needs no workspace.</summary>
public sealed class InspectCommand(Invocation invocation)
{
    private static readonly Argument<string> Model = new("MODEL") { Description = "The .onnx file." };

    private static readonly Option<bool> Sample = new("--sample") { Description = "Print only the sample request." };

    public Command Create()
    {
        var command = new Command("inspect", "Shows a model's inputs, outputs, opset, size, and a request that can be sent as it is.") { Model, Sample };
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, async (verb, token) =>
        {
            string path = Path.GetFullPath(parsed.GetValue(Model)!, verb.Surroundings.CurrentFolder);
            OnnxModel model = await OnnxModelReader.ReadAsync(path, null, token).ConfigureAwait(false);
            if (parsed.GetValue(Sample)) verb.Out.WriteLine(SampleOf(model));
            else if (verb.IsJson) ModelReport.WriteJson(model, verb.Out);
            else ModelReport.WriteText(model, verb.Out);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string SampleOf(OnnxModel model)
    {
        SampleRequest sample = SampleRequest.For(model);
        return sample.Json ?? throw new DeployerException(FailureCode.Model, sample.Note!, "Write a request by hand; `deployer inspect` shows the inputs.");
    }
}
