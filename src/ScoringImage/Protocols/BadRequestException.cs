namespace ScoringImage.Protocols;

/// <summary>A request that cannot be scored as it is: answered 400 with this message.</summary>
/// <param name="message">Which input, what was expected, what came.</param>
public sealed class BadRequestException(string message) : Exception(message);
