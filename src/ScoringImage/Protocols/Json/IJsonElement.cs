using System.Text.Json;

namespace ScoringImage.Protocols.Json;

/// <summary>How one element type looks in JSON. Implementations are stateless and chosen at compile time.</summary>
internal interface IJsonElement<T>
{
    /// <summary>Takes the value of the reader's current token.</summary>
    static abstract ElementFault TryRead(ref Utf8JsonReader reader, out T value);

    static abstract void Write(Utf8JsonWriter writer, T value);
}

/// <summary>What is wrong with a token, if anything.</summary>
internal enum ElementFault
{
    None,
    WrongType,
    OutOfRange,
    NotWhole,
    NotText,
}
