namespace Deployer.Models;

/// <summary>The bytes are not a protobuf message of the kind expected. Becomes a <see cref="DeployerException"/> where the file is known.</summary>
/// <param name="cutShort">True when the bytes are fine as far as they go and the file ends too early.</param>
/// <param name="problem">A clause that goes on after the file's name: "is cut short: ...", "is damaged at byte ...".</param>
internal sealed class WireFormatException(bool cutShort, string problem) : Exception(problem)
{
    public bool CutShort { get; } = cutShort;
}
