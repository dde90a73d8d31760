using System.Text;
using CsCheck;

namespace Deployer.Tests.Configuration;

/// <summary>Whatever lies in the files, a person gets the records or a refusal: never a crash, never a hang.</summary>
public sealed class RobustnessSpecs : IDisposable
{
    private static readonly string[] Names = ["workspace.json", "config/deployment.yaml", "config/environment.yaml"];

    // Pieces of YAML and JSON, so that mutation reaches what random bytes do not.
    private static readonly string[] Snippets =
        ["\t", "\n", "\n  ", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!str ", "!<x> ", "|", ">-", "? ", "---\n", "...\n", "%YAML 9999999999.1\n", "%TAG ! x\n", "\"\\ud800\"", "\"\\UFFFFFFFF\"", "'", "\"", "#", "\0", "\ufeff", "<<: ", "~", "1e999", ".nan", "0x", "99999999999999999999999999999", "0o7777777777777777777777777777", "é", "😀", "\u2028", "@", "`", "/", "//", "/*"];

    private readonly TemporaryProject project = new();

    public void Dispose() => project.Dispose();

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Gen.Select(Gen.Int[0, 2], Gen.Byte.Array[0, 200]).Sample(ReadOrRefused, iter: 1000, threads: 1);

    [Fact]
    public void Mutated_examples_are_read_or_refused()
    {
        string[] originals = [.. Names.Select(n => File.ReadAllText(Repository.File(n)))];
        Gen<(int, byte[])> mutated = Gen.Int[0, 2].SelectMany(which => Gen
            .Select(Gen.Int[0, originals[which].Length - 1], Gen.Int[0, 12], Gen.Int[0, Snippets.Length - 1].Select(i => Snippets[i])).Array[1, 6]
            .Select(edits => (which, Encoding.UTF8.GetBytes(edits.Aggregate(originals[which], Edited)))));

        mutated.Sample(ReadOrRefused, iter: 1000, threads: 1);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    [InlineData('?')]
    [InlineData(' ')]
    [InlineData('a')]
    [InlineData('"')]
    public void A_megabyte_of_one_character_is_refused(char character)
    {
        foreach (string name in Names)
        {
            project.Write(name, new string(character, (1 << 20) - 10));
            Assert.InRange(project.Refusal().Length, 1, 10_000);
        }
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        project.Write("config/deployment.yaml", string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000)));
        Assert.Contains("nested too deeply", project.Refusal(), StringComparison.Ordinal);

        project.Write("config/deployment.yaml", string.Concat(Enumerable.Range(0, 500).Select(i => new string(' ', i) + "a:\n")));
        Assert.Contains("nested too deeply", project.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        project.Write("config/environment.yaml", new string('#', (1 << 20) + 1));

        Assert.Equal("1 problem in the configuration:\nconfig/environment.yaml: is larger than 1 MiB; no configuration file is", project.Refusal());
    }

    private static string Edited(string text, (int At, int Length, string Insert) edit)
    {
        int at = Math.Min(edit.At, text.Length);
        return string.Concat(text.AsSpan(0, at), edit.Insert, text.AsSpan(Math.Min(text.Length, at + edit.Length)));
    }

    private void ReadOrRefused((int Which, byte[] Content) file)
    {
        byte[] good = File.ReadAllBytes(project[Names[file.Which]]);
        project.Write(Names[file.Which], file.Content);
        try
        {
            Assert.NotNull(project.Read().Deployment.Environment);
        }
        catch (DeployerException refused)
        {
            string[] lines = refused.Message.Split('\n');
            Assert.Equal(FailureCode.Configuration, refused.Code);
            Assert.StartsWith($"{lines.Length - 1} problem", lines[0], StringComparison.Ordinal);
        }
        finally
        {
            project.Write(Names[file.Which], good);
        }
    }
}
