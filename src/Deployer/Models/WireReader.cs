using System.Text;

namespace Deployer.Models;

/// <summary>
/// Protobuf's wire format over a file that passes by once (https://protobuf.dev/programming-guides/encoding/).
/// Weights are walked past, never held.
/// </summary>
// Not Google.Protobuf's CodedInputStream: entering a nested message without holding it needs PushLimit, which it keeps internal,
// and it tells neither the byte nor the field where a file is broken. The wire format itself is the hundred lines below.
internal sealed class WireReader(HashedFile file)
{
    /// <summary>Protobuf's own default in C++, and so ONNX Runtime's.</summary>
    private const int DeepestNesting = 100;

    private const int LongestName = 64 * 1024;

    private readonly Stack<(string What, int Index)> path = new();
    private ReadOnlyMemory<byte> chunk;
    private int index;
    private long limit = file.Length;
    private WireType type;
    private int field;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Length = 2,
        Fixed32 = 5,
    }

    private long Position => file.Read - chunk.Length + index;

    /// <summary>Steps to the next field of the message being read; false at its end. The field must be read or skipped before the next call.</summary>
    public bool Next(out int number)
    {
        number = field = 0;
        if (Position == limit)
            return false;
        long start = Position;
        ulong tag = Varint();
        type = (WireType)(tag & 7);
        if (tag >> 3 is 0 or > 536_870_911)
            throw Damaged(start, $"no field has the number {tag >> 3}");
        if (type is not (WireType.Varint or WireType.Fixed64 or WireType.Length or WireType.Fixed32))
            throw Damaged(start, $"no field has the wire type {tag & 7}");
        number = field = (int)(tag >> 3);
        return true;
    }

    public long Int64()
    {
        Expect(WireType.Varint);
        return (long)Varint();
    }

    /// <summary>A repeated integer, one at a time or packed: both are allowed.</summary>
    public void Int64s(Action<long> each)
    {
        if (type != WireType.Length)
        {
            each(Int64());
            return;
        }
        long outer = Enter();
        while (Position < limit)
            each((long)Varint());
        limit = outer;
    }

    /// <summary>A whole string; a name longer than 64 KiB is taken for damage.</summary>
    public string Name()
    {
        long start = Position;
        long length = Length();
        if (length > LongestName)
            throw Damaged(start, $"a name is {length} bytes long");
        return Text(length, LongestName);
    }

    /// <summary>A string, cut after <paramref name="most"/> bytes.</summary>
    public string Text(int most) => Text(Length(), most);

    /// <summary>A nested message: <paramref name="read"/> calls <see cref="Next"/> until it is false.</summary>
    /// <param name="what">What it is, for errors.</param>
    /// <param name="number">Which one of its kind, from 0; negative when there is only one.</param>
    /// <param name="read">Reads the message.</param>
    public void Message(string what, int number, Action read)
    {
        if (path.Count == DeepestNesting)
            throw Damaged(Position, $"messages are nested deeper than {DeepestNesting}");
        path.Push((what, number));
        Expect(WireType.Length);
        field = 0;
        long outer = Enter();
        read();
        limit = outer;
        path.Pop();
    }

    /// <summary>Walks past the value of the field.</summary>
    public void Skip()
    {
        switch (type)
        {
            case WireType.Varint: Varint(); break;
            case WireType.Fixed64: Advance(8); break;
            case WireType.Fixed32: Advance(4); break;
            default: Advance(Length()); break;
        }
    }

    /// <summary>The bytes contradict the ONNX format.</summary>
    /// <param name="problem">A clause: what cannot be.</param>
    public WireFormatException Damaged(string problem) => Damaged(Position, problem);

    private WireFormatException Damaged(long at, string problem) => new(false, $"is damaged at byte {at}, in {Where()}: {problem}");

    private string Where()
    {
        string message = path.Count == 0
            ? "the model"
            : string.Join(" > ", path.Reverse().Select(part => part.Index < 0 ? part.What : FormattableString.Invariant($"{part.What} {part.Index}")));
        return field == 0 ? message : FormattableString.Invariant($"field {field} of {message}");
    }

    private long Enter()
    {
        long length = Length();
        long outer = limit;
        limit = Position + length;
        return outer;
    }

    private void Expect(WireType expected)
    {
        if (type != expected)
            throw Damaged(Position, $"it has the wire type {(int)type} and needs {(int)expected}");
    }

    private long Length()
    {
        Expect(WireType.Length);
        long start = Position;
        ulong length = Varint();
        if (length > int.MaxValue)
            throw Damaged(start, $"a length of {length} bytes is more than protobuf allows");
        Within((long)length);
        return (long)length;
    }

    private void Within(long count)
    {
        long end = Position + count;
        if (end > file.Length)
            throw new WireFormatException(true, $"is cut short: {Where()} goes on to byte {end}, but the file ends at byte {file.Length}");
        if (end > limit)
            throw Damaged(Position, $"it goes on to byte {end}, past the end of its message at byte {limit}");
    }

    private ulong Varint()
    {
        long start = Position;
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (Position == limit)
                Within(1);
            if (index == chunk.Length)
                Refill();
            byte b = chunk.Span[index++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw Damaged(start, "a number is longer than ten bytes");
    }

    private string Text(long length, int most)
    {
        int kept = (int)Math.Min(length, most);
        if (kept <= chunk.Length - index)
        {
            string text = Encoding.UTF8.GetString(chunk.Span.Slice(index, kept));
            Advance(length);
            return text;
        }
        byte[] whole = new byte[kept];
        for (int copied = 0; copied < kept;)
        {
            if (index == chunk.Length)
                Refill();
            int count = Math.Min(kept - copied, chunk.Length - index);
            chunk.Span.Slice(index, count).CopyTo(whole.AsSpan(copied));
            copied += count;
            index += count;
        }
        Advance(length - kept);
        return Encoding.UTF8.GetString(whole);
    }

    private void Advance(long count)
    {
        Within(count);
        while (count > chunk.Length - index)
        {
            count -= chunk.Length - index;
            Refill();
        }
        index += (int)count;
    }

    private void Refill()
    {
        chunk = file.Next();
        index = 0;
    }
}
