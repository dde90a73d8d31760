using System.Runtime.CompilerServices;
using System.Text.Json;
using ScoringImage.Scoring;

namespace ScoringImage.Protocols.Json;

/// <summary>
/// Finds the shape of nested arrays in one pass and says where they are not one: <c>depth</c> arrays are open, <c>indexes[d]</c> counts what
/// the array at level d has had so far, <c>sizes[d]</c> is what the first array of that level had (-1 before it closed).
/// </summary>
internal struct ArrayWalk
{
    private readonly TensorSignature _input;
    private readonly JsonPlace _place;
    private Levels _indexes;
    private Levels _sizes;
    private int _rank;
    private int _depth;
    private bool _onFirstPath = true;

    public ArrayWalk(TensorSignature input, JsonPlace place)
    {
        (_input, _place) = (input, place);
        _rank = input.Dimensions?.Count ?? -1;
        ((Span<int>)_sizes).Fill(-1);
    }

    private readonly string Here => _place.At(((ReadOnlySpan<int>)_indexes)[.._depth]);

    private readonly string ElementName => ElementTypes.Name(_input.ElementType);

    /// <summary>An array opens.</summary>
    /// <returns>False: there is more to come.</returns>
    public bool Enter(ref Utf8JsonReader reader)
    {
        if (_depth == _rank && !_onFirstPath)
            throw _place.Wrong($"ragged array: {Here} is an array, expected {ElementName}");
        if (_depth == _rank)
        {
            var found = _rank;
            for (; reader.TokenType == JsonTokenType.StartArray; JsonCursor.Next(ref reader))
                found++;
            throw WrongRank(found);
        }
        _indexes[_depth++] = 0;
        return false;
    }

    /// <summary>An array closes.</summary>
    /// <returns>True when it was the outermost.</returns>
    public bool Leave()
    {
        var size = _indexes[--_depth];
        if (_onFirstPath)
        {
            _onFirstPath = false;
            _rank = _rank < 0 ? _depth + 1 : _rank;
        }
        if (_sizes[_depth] < 0)
            _sizes[_depth] = size;
        else if (_sizes[_depth] != size)
            throw _place.Wrong($"ragged array: {Here} has length {size}, those before it have {_sizes[_depth]}");
        return Count();
    }

    /// <summary>A single value comes: there must be room for one at this level.</summary>
    public void Reach(ref Utf8JsonReader reader)
    {
        if (_depth != _rank)
        {
            if (reader.TokenType is JsonTokenType.Null or JsonTokenType.StartObject)
                throw Fault(ref reader, ElementFault.WrongType);
            if (_rank >= 0)
                throw _onFirstPath ? WrongRank(_depth) : _place.Wrong($"ragged array: {Here} is {JsonCursor.Describe(ref reader)}, expected an array");
            _rank = _depth;
        }
        _onFirstPath = false;
    }

    /// <summary>A value or array is complete.</summary>
    /// <returns>True when nothing is open any more.</returns>
    public bool Count()
    {
        if (_depth == 0)
            return true;
        _indexes[_depth - 1]++;
        return false;
    }

    /// <summary>The sizes found, outermost first. Below an empty array the model's own sizes stand, or 0.</summary>
    /// <exception cref="BadRequestException">The model wants other ones.</exception>
    public readonly long[] Shape()
    {
        var shape = new long[_rank];
        for (var i = 0; i < shape.Length; i++)
            shape[i] = _sizes[i] >= 0 ? _sizes[i] : _input.Dimensions?[i].Size ?? 0;
        return _input.FirstMismatch(shape) is var wrong and >= 0
            ? throw _place.Wrong($"expected {_input.Shape}, got [{string.Join(',', shape)}]: dimension {wrong} must be {_input.Dimensions![wrong]}, not {shape[wrong]}")
            : shape;
    }

    public readonly BadRequestException Fault(ref Utf8JsonReader reader, ElementFault fault) => _place.Wrong(fault switch
    {
        ElementFault.OutOfRange => $"{JsonCursor.Describe(ref reader)} at {Here} is out of range for {ElementName}",
        ElementFault.NotWhole => $"expected {ElementName}, got {JsonCursor.Describe(ref reader)}, which is not whole, at {Here}",
        ElementFault.NotText => $"the string at {Here} is not valid Unicode text",
        _ => $"expected {ElementName}, got {JsonCursor.Describe(ref reader)} at {Here}",
    });

    private readonly BadRequestException WrongRank(int found) =>
        _place.Wrong($"expected {_rank} dimensions {_input.Shape}, got {found}");

    /// <summary>A number for each level of nesting.</summary>
    [InlineArray(JsonCursor.MaxDepth)]
    private struct Levels
    {
        private int _first;
    }
}
