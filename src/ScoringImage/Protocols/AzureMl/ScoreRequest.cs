using ScoringImage.Scoring;

namespace ScoringImage.Protocols.AzureMl;

/// <summary>A request that can be run.</summary>
/// <param name="inputs">One for each input of the model, in the model's order; owned.</param>
/// <param name="outputs">Names of the outputs to answer, in the model's order.</param>
public sealed class ScoreRequest(IReadOnlyList<InputTensor> inputs, IReadOnlyList<string> outputs) : IDisposable
{
    public IReadOnlyList<InputTensor> Inputs { get; } = inputs;
    public IReadOnlyList<string> Outputs { get; } = outputs;

    public void Dispose()
    {
        foreach (var input in Inputs)
            input.Dispose();
    }

    /// <summary>
    /// Where one name stands for a dimension of several inputs and they disagree on its size: the likely reason of a failed run. It is not
    /// refused beforehand, because broadcasting lets some models run all the same.
    /// </summary>
    /// <returns>The conflict in words, or null.</returns>
    public string? SymbolConflict()
    {
        var sizes = new Dictionary<string, (string Input, long Size)>(StringComparer.Ordinal);
        foreach (var input in Inputs)
        {
            for (var i = 0; i < (input.Signature.Dimensions?.Count ?? 0); i++)
            {
                var size = input.Shape[i];
                if (input.Signature.Dimensions![i].Symbol is not { } symbol || sizes.TryAdd(symbol, (input.Signature.Name, size)))
                    continue;
                if (sizes[symbol].Size != size)
                    return $"input \"{input.Signature.Name}\": dimension {i} ({symbol}) is {size}, but input \"{sizes[symbol].Input}\" has {sizes[symbol].Size} for it";
            }
        }
        return null;
    }
}
