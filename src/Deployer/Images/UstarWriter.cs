using System.Globalization;
using System.Text;

namespace Deployer.Images;

/// <summary>
/// Writes tar entries whose bytes depend on nothing but what is asked for: USTAR headers (POSIX 1003.1), owner 0:0, one time for all.
/// .NET's own PAX writer puts the process id into the headers, so two runs of it never agree.
/// </summary>
public sealed class UstarWriter(Stream output, DateTimeOffset modified)
{
    private const int Block = 512;
    private const long LargestUstarSize = 0x1_FFFF_FFFF; // 11 octal digits
    private static readonly byte[] Zeros = new byte[Block];

    public void WriteDirectory(string path) => WriteHeaders(path + "/", 0, Convert.ToInt32("755", 8), '5');

    /// <param name="path">Relative, '/' between parts.</param>
    /// <param name="size">Bytes that <paramref name="content"/> must give.</param>
    /// <param name="executable">Mode 0755 rather than 0644.</param>
    /// <param name="content">Copies the file's bytes to the stream it is given.</param>
    /// <exception cref="IOException">The content has another size.</exception>
    public void WriteFile(string path, long size, bool executable, Action<Stream> content)
    {
        WriteHeaders(path, size, Convert.ToInt32(executable ? "755" : "644", 8), '0');
        var counted = new CountingStream(output);
        content(counted);
        if (counted.Written != size)
            throw new IOException($"{path} has {counted.Written} bytes where {size} were announced: it changed while it was being packed.");
        Pad(size);
    }

    /// <summary>The two zero blocks that end an archive; no padding to a larger record follows.</summary>
    public void Finish()
    {
        output.Write(Zeros);
        output.Write(Zeros);
    }

    private void WriteHeaders(string path, long size, int mode, char type)
    {
        (byte[] name, byte[] prefix)? split = Split(path);
        if (split is null || size > LargestUstarSize)
        {
            var records = new StringBuilder();
            if (split is null) AppendPaxRecord(records, "path", path);
            if (size > LargestUstarSize) AppendPaxRecord(records, "size", size.ToString(CultureInfo.InvariantCulture));
            byte[] pax = Encoding.UTF8.GetBytes(records.ToString());
            WriteHeader("pax"u8, [], pax.Length, Convert.ToInt32("644", 8), 'x');
            output.Write(pax);
            Pad(pax.Length);
        }
        byte[] shortName = split?.name ?? Encoding.UTF8.GetBytes(path)[..100];
        WriteHeader(shortName, split?.prefix ?? [], Math.Min(size, LargestUstarSize), mode, type);
    }

    private void WriteHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix, long size, int mode, char type)
    {
        Span<byte> header = stackalloc byte[Block];
        header.Clear();
        name.CopyTo(header);
        Octal(header[100..108], mode);
        Octal(header[108..116], 0);
        Octal(header[116..124], 0);
        Octal(header[124..136], size);
        Octal(header[136..148], Math.Max(0, modified.ToUnixTimeSeconds()));
        header[148..156].Fill((byte)' ');
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        Octal(header[329..337], 0);
        Octal(header[337..345], 0);
        prefix.CopyTo(header[345..]);
        int sum = 0;
        foreach (byte b in header) sum += b;
        Octal(header[148..155], sum);
        output.Write(header);
    }

    private static void Octal(Span<byte> field, long value)
    {
        string digits = Convert.ToString(value, 8).PadLeft(field.Length - 1, '0');
        Encoding.ASCII.GetBytes(digits, field);
        field[^1] = 0;
    }

    /// <summary>Fits a path into name (100 bytes) and prefix (155), or says null.</summary>
    private static (byte[] Name, byte[] Prefix)? Split(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length <= 100) return (bytes, []);
        for (int i = Math.Min(155, bytes.Length - 2); i > 0; i--)
            if (bytes[i] == '/' && bytes.Length - i - 1 <= 100)
                return (bytes[(i + 1)..], bytes[..i]);
        return null;
    }

    /// <summary>"LENGTH key=value\n", where LENGTH counts itself too.</summary>
    private static void AppendPaxRecord(StringBuilder records, string key, string value)
    {
        int rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
        int length = rest + 1;
        while (length != rest + Digits(length)) length = rest + Digits(length);
        records.Append(CultureInfo.InvariantCulture, $"{length} {key}={value}\n");

        static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
    }

    private void Pad(long size)
    {
        int over = (int)(size % Block);
        if (over > 0) output.Write(Zeros.AsSpan(over));
    }

    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Written { get; private set; }
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            Written += buffer.Length;
        }
    }
}
