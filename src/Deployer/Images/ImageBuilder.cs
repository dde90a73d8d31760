using Deployer.Engine;

namespace Deployer.Images;

/// <summary>Turns a spec into layers, config and manifest in a layout. Blobs first, the name last: a crash leaves only blobs.</summary>
public sealed class ImageBuilder(OciLayout layout)
{
    /// <summary>The layer annotation that holds <see cref="LayerSpec.Key"/>, by which a later build finds the layer again.</summary>
    private const string LayerKeyAnnotation = "deployer-layer";

    /// <param name="spec">What to build.</param>
    /// <param name="name">Its name in the layout.</param>
    /// <param name="progress">Told the bytes packed.</param>
    /// <param name="cancellationToken">Ends the build between two pieces of a file.</param>
    /// <exception cref="DeployerException">A source file is missing, unreadable or not what the spec says.</exception>
    public BuiltImage Build(ImageSpec spec, string name, IProgress<Amount> progress, CancellationToken cancellationToken)
    {
        layout.Prepare();
        layout.MendIndex();
        Dictionary<string, Descriptor> known = KnownLayers();
        var tally = new Tally(progress, spec.Layers.Sum(l => l.Files.Sum(f => f.Size)));

        List<Descriptor> layers = [];
        List<BuiltLayer> built = [];
        foreach (LayerSpec layer in spec.Layers)
        {
            string key = layer.Key(spec.Created);
            if (known.TryGetValue(key, out Descriptor? there))
            {
                tally.Add(layer.Files.Sum(f => f.Size));
                layers.Add(there);
                built.Add(new BuiltLayer(Digest.Parse(there.Digest), there.Size, Reused: true));
                continue;
            }
            (Digest digest, long size, bool reused) = layout.WriteBlob(stream => Pack(layer, spec.Created, stream, tally, cancellationToken));
            layers.Add(new Descriptor
            {
                MediaType = MediaTypes.Layer,
                Digest = digest.ToString(),
                Size = size,
                Annotations = new(StringComparer.Ordinal) { [LayerKeyAnnotation] = key },
            });
            built.Add(new BuiltLayer(digest, size, reused));
        }

        (Digest config, long configSize) = layout.WriteDocument(Config(spec, layers), OciJson.Default.ImageConfig);
        var manifest = new Manifest
        {
            Config = new Descriptor { MediaType = MediaTypes.Config, Digest = config.ToString(), Size = configSize },
            Layers = layers,
            Annotations = Sorted(spec.Annotations),
        };
        (Digest manifestDigest, long manifestSize) = layout.WriteDocument(manifest, OciJson.Default.Manifest);
        layout.Name(
            new Descriptor { MediaType = MediaTypes.Manifest, Digest = manifestDigest.ToString(), Size = manifestSize, Platform = spec.Platform }, name);
        return new BuiltImage(manifestDigest, layout.Directory, built);
    }

    /// <summary>The image of that name, if it and every blob it needs are there, and neither the index nor the manifest is damaged.</summary>
    public BuiltImage? Find(string name)
    {
        try
        {
            return FindWhole(name);
        }
        catch (DeployerException)
        {
            return null;
        }
    }

    private BuiltImage? FindWhole(string name)
    {
        Descriptor? named = layout.ReadIndex().Manifests.LastOrDefault(m => m.Annotations?.GetValueOrDefault(OciLayout.RefName) == name);
        if (named is null || !layout.Has(named)) return null;
        Manifest manifest = layout.ReadManifest(Digest.Parse(named.Digest));
        if (!layout.Has(manifest.Config) || !manifest.Layers.All(layout.Has)) return null;
        return new BuiltImage(Digest.Parse(named.Digest), layout.Directory,
            [.. manifest.Layers.Select(l => new BuiltLayer(Digest.Parse(l.Digest), l.Size, Reused: true))]);
    }

    private Dictionary<string, Descriptor> KnownLayers()
    {
        Dictionary<string, Descriptor> known = [];
        foreach (Descriptor descriptor in layout.ReadIndex().Manifests.Where(layout.Has))
            foreach (Descriptor layer in LayersOf(descriptor).Where(layout.Has))
                if (layer.Annotations?.GetValueOrDefault(LayerKeyAnnotation) is { } key) known[key] = layer;
        return known;
    }

    /// <summary>None, where the manifest is damaged.</summary>
    private IReadOnlyList<Descriptor> LayersOf(Descriptor manifest)
    {
        try
        {
            return layout.ReadManifest(Digest.Parse(manifest.Digest)).Layers;
        }
        catch (DeployerException)
        {
            return [];
        }
    }

    private static void Pack(LayerSpec layer, DateTimeOffset created, Stream output, Tally tally, CancellationToken cancellationToken)
    {
        var tar = new UstarWriter(output, created);
        HashSet<string> directories = new(StringComparer.Ordinal);
        foreach (LayerFile file in layer.Sorted)
        {
            string[] parts = file.Path.Split('/');
            for (int i = 1; i < parts.Length; i++)
            {
                string directory = string.Join('/', parts[..i]);
                if (directories.Add(directory)) tar.WriteDirectory(directory);
            }
            try
            {
                tar.WriteFile(file.Path, file.Size, file.Executable, stream => Copy(file, stream, tally, cancellationToken));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DeployerException(FailureCode.FileAccess, $"Packing {file.Source ?? file.Path}: {e.Message}",
                    "Free disk space or mend the file, then run the same command again.", e);
            }
        }
        tar.Finish();
    }

    private static void Copy(LayerFile file, Stream output, Tally tally, CancellationToken cancellationToken)
    {
        if (file.Source is null)
        {
            output.Write(file.Content.Span);
            tally.Add(file.Size);
            return;
        }
        CheckedCopy.Run(file.Source, file.Sha256, output, tally.Add, cancellationToken);
    }

    private static ImageConfig Config(ImageSpec spec, List<Descriptor> layers) => new()
    {
        Created = spec.Created,
        Architecture = spec.Platform.Architecture,
        Os = spec.Platform.Os,
        Config = new ContainerConfig
        {
            User = spec.User,
            ExposedPorts = new(StringComparer.Ordinal) { [$"{spec.Port}/tcp"] = new EmptyObject() },
            Env = [.. spec.Environment.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")],
            Entrypoint = spec.Entrypoint,
            WorkingDir = spec.WorkingDirectory,
            Labels = Sorted(spec.Labels),
        },
        Rootfs = new RootFs { DiffIds = [.. layers.Select(l => l.Digest)] },
        History = [.. spec.Layers.Select(l => new HistoryEntry { Created = spec.Created, CreatedBy = "deployer", Comment = l.Title })],
    };

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in values) sorted[key] = value;
        return sorted;
    }

    /// <summary>Adds up bytes over all layers.</summary>
    private sealed class Tally(IProgress<Amount> progress, long total)
    {
        private long done;

        public void Add(long bytes) => progress.Report(new Amount(done += bytes, total));
    }
}
