using Deployer.Models;

namespace Deployer.Tests.Models;

/// <summary>A folder of a test's own, gone when the test is over.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("deployer-models-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public string Write(string name, OnnxBytes content) => Write(name, content.ToArray());

    public static Task<OnnxModel> ReadAsync(string path) => OnnxModelReader.ReadAsync(path, null, TestContext.Current.CancellationToken);

    public Task<OnnxModel> ReadAsync(OnnxBytes model) => ReadAsync(Write("model.onnx", model));

    public static Task<DeployerException> RefusalAsync(string path) => Assert.ThrowsAsync<DeployerException>(() => ReadAsync(path));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
