namespace Deployer.Configuration;

/// <summary>Line and column of an offset.</summary>
internal static class TextPosition
{
    public static Place At(Place start, ReadOnlySpan<char> text, int offset)
    {
        ReadOnlySpan<char> before = text[..offset];
        return start with { Line = 1 + before.Count('\n'), Column = offset - before.LastIndexOf('\n') };
    }
}
