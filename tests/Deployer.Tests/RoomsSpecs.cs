using System.Text.RegularExpressions;

namespace Deployer.Tests;

/// <summary>Holds the house's one-way dependencies by reading the using lines.</summary>
public sealed partial class RoomsSpecs
{
    /// <summary>What each folder of src/Deployer may name, besides the root's exception and exit codes.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Engine"] = [],
        ["Configuration"] = [],
        ["Models"] = [],
        ["Planning"] = ["Configuration", "Models"],
        ["Images"] = ["Engine"],
        ["Local"] = ["Engine"],
        ["Steps"] = ["Engine", "Images", "Local", "Models", "Planning"],
        ["Cli"] = ["Configuration", "Engine", "Images", "Local", "Models", "Planning", "Steps"],
    };

    [Fact]
    public void No_folder_uses_another_it_must_not_know()
    {
        string source = Path.Combine(Repository.Root, "src", "Deployer");
        List<string> broken = [];
        foreach (string folder in Directory.GetDirectories(source).Select(d => Path.GetFileName(d)!))
        {
            Assert.True(MayUse.ContainsKey(folder), $"src/Deployer/{folder} is new: say here what it may use.");
            foreach (string file in Directory.EnumerateFiles(Path.Combine(source, folder), "*.cs"))
            {
                foreach (Match match in UsedRoom().Matches(File.ReadAllText(file)))
                {
                    string used = match.Groups[1].Value;
                    if (MayUse.ContainsKey(used) && used != folder && !MayUse[folder].Contains(used)) broken.Add($"{folder}/{Path.GetFileName(file)} uses {used}");
                }
            }
        }
        Assert.Empty(broken);
    }

    [Fact]
    public void The_scorer_is_an_island()
    {
        string project = File.ReadAllText(Path.Combine(Repository.Root, "src", "ScoringImage", "ScoringImage.csproj"));
        Assert.DoesNotContain("ProjectReference", project, StringComparison.Ordinal);
    }

    [Fact]
    public void No_file_is_a_dump()
    {
        IEnumerable<string> sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories);
        Assert.DoesNotContain(sources, file => File.ReadLines(file).Count() > 300);
    }

    [GeneratedRegex(@"(?:using |[^\w.])(?:global::)?Deployer\.(\w+)[.;]")]
    private static partial Regex UsedRoom();
}
