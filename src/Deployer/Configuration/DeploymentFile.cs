namespace Deployer.Configuration;

/// <summary>The shape of deployment.yaml.</summary>
internal static class DeploymentFile
{
    private static readonly Shape<string> EndpointName = Shapes.Text("name", new Rule(
        "^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
        "{value} is not an endpoint name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last"));

    private static readonly Shape<string> ModelName = Shapes.Text("name", new Rule(
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$",
        "{value} is not a model name: at most 255 letters, digits, '-', '_' and '.', a letter or digit first"));

    // Without a name of its own the model takes the endpoint's, which only the map around it knows.
    private static readonly Shape<Func<string, ModelSettings>> Model = Shapes.Object<Func<string, ModelSettings>>("Model", keys =>
    {
        Key<string> path = keys.Required("path", Shapes.ExistingFile(), "The .onnx file.", "../samples/mnist/model.onnx");
        Key<string?> name = keys.Nullable("name", ModelName, "the endpoint's name", "The name the model is registered under: at most 255 letters, digits, '-', '_' and '.', a letter or digit first.", "mnist");
        Key<string> description = keys.Optional("description", Shapes.Text("text"), "", "What the model does, in a sentence.");
        Key<IReadOnlyDictionary<string, string>> tags = keys.Group("tags", Shapes.Map(Shapes.Text("text")), "Labels of the registered model; they may change later.");
        Key<IReadOnlyDictionary<string, string>> properties = keys.Group("properties", Shapes.Map(Shapes.Text("text")), "Facts about the registered model; they never change.");

        return (values, _) => endpoint => new()
        {
            Path = values.Get(path),
            Name = values.Get(name) ?? endpoint,
            Description = values.Get(description),
            Tags = values.Get(tags),
            Properties = values.Get(properties),
        };
    });

    private static readonly Shape<ScoringSettings> Scoring = Shapes.Object<ScoringSettings>("Scoring", keys =>
    {
        Key<IReadOnlyList<string>> outputs = keys.Group(
            "outputs",
            Shapes.List(Shapes.Text("text", new Rule(@"^[^\u0000]+$", "must be the name of a model output"))),
            "Names of the model outputs to return; empty means all.");
        return (values, _) => new() { Outputs = values.Get(outputs) };
    });

    private static readonly Shape<GoldenSettings> Golden = Shapes.Object<GoldenSettings>("Golden request", keys =>
    {
        Key<string> request = keys.Required("request", Shapes.ExistingFile(), "A JSON file: the body to send.", "../samples/mnist/golden/seven.json");
        Key<string> response = keys.Required("response", Shapes.ExistingFile(), "A JSON file: the right answer.", "../samples/mnist/golden/seven.expected.json");
        return (values, _) => new() { Request = values.Get(request), Response = values.Get(response) };
    });

    private static readonly Shape<VerificationSettings> Verification = Shapes.Object<VerificationSettings>("Verification", keys =>
    {
        Key<double> absolute = keys.Optional("absolute_tolerance", Shapes.Number(0, 1e6), "1e-5", "How far off an answered number may be: absolute + relative * |expected|.");
        Key<double> relative = keys.Optional("relative_tolerance", Shapes.Number(0, 1), "1e-3", "The part of the tolerance that grows with the expected number.");
        Key<IReadOnlyList<GoldenSettings>> golden = keys.Group("golden", Shapes.List(Golden), "Requests whose right answer is known; a revision answers all of them before it serves.");
        return (values, _) => new() { AbsoluteTolerance = values.Get(absolute), RelativeTolerance = values.Get(relative), Golden = values.Get(golden) };
    });

    private static readonly Shape<RequestSettings> Request = Shapes.Object<RequestSettings>("Request settings", keys =>
    {
        Key<TimeSpan> timeout = keys.Optional("request_timeout_ms", Milliseconds(1, 3_600_000), "60000", "How long one scoring request may take.");
        return (values, _) => new() { Timeout = values.Get(timeout) };
    });

    private static readonly Shape<ProbeSettings> Probe = Shapes.Object<ProbeSettings>("Readiness probe", keys =>
    {
        Key<TimeSpan> delay = keys.Optional("initial_delay", Seconds(0, 3600), "0", "How long to wait before the first question.");
        Key<TimeSpan> period = keys.Optional("period", Seconds(1, 300), "1", "How long to wait between questions.");
        Key<TimeSpan> timeout = keys.Optional("timeout", Seconds(1, 300), "2", "How long an answer may take.");
        Key<int> threshold = keys.Optional("failure_threshold", Shapes.Integer(1, 3600), "60", "How many questions may fail in a row before the revision is given up on.");
        return (values, _) => new()
        {
            InitialDelay = values.Get(delay),
            Period = values.Get(period),
            Timeout = values.Get(timeout),
            FailureThreshold = values.Get(threshold),
        };
    });

    private static readonly Shape<LocalTargetSettings> Local = Shapes.Object<LocalTargetSettings>("Local target", keys =>
    {
        Key<int> port = keys.Optional("port", Shapes.Integer(0, 65535), "0", "The port the endpoint listens on; 0 takes a free one at the first deployment and keeps it.");
        Key<int> keep = keys.Optional("keep_revisions", Shapes.Integer(1, 50), "5", "How many former revisions are kept for `deployer rollback`.");
        return (values, _) => new() { Port = values.Get(port), KeepRevisions = values.Get(keep) };
    });

    private static readonly Shape<LocalTargetSettings> Targets = Shapes.Object<LocalTargetSettings>("Targets", keys =>
    {
        Key<LocalTargetSettings> local = keys.Group("local", Local, "This machine: `deployer deploy --target local`.");
        return (values, _) => values.Get(local);
    });

    public static Shape<DeploymentSettings> Shape { get; } = Shapes.Object<DeploymentSettings>("Deployment", keys =>
    {
        keys.Nullable("$schema", Shapes.Text("text"), "none", "JSON Schema for editors; the deployer does not look at it.");
        Key<string> name = keys.Required("name", EndpointName, "The endpoint's name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last.", "mnist");
        Key<Func<string, ModelSettings>> model = keys.Required("model", Model, "The model to register and serve.");
        Key<EnvironmentSettings> environment = keys.Required("environment", Shapes.FileOf(EnvironmentFile.Shape), "The environment.yaml that says what the scorer runs in.", "environment.yaml");
        Key<ScoringSettings> scoring = keys.Group("scoring", Scoring, "What a request gives back.");
        Key<VerificationSettings> verification = keys.Group("verification", Verification, "How a fresh revision proves itself before it serves.");
        Key<RequestSettings> request = keys.Group("request_settings", Request, "Limits of one request.");
        Key<ProbeSettings> probe = keys.Group("readiness_probe", Probe, "How often and how long a fresh revision is asked whether it is ready.");
        Key<LocalTargetSettings> targets = keys.Group("targets", Targets, "One block for each place to deploy to.");

        return (values, _) => new()
        {
            Name = values.Get(name),
            Model = values.Get(model)(values.Get(name)),
            Environment = values.Get(environment),
            Scoring = values.Get(scoring),
            Verification = values.Get(verification),
            Request = values.Get(request),
            ReadinessProbe = values.Get(probe),
            Local = values.Get(targets),
        };
    });

    private static Shape<TimeSpan> Seconds(int minimum, int maximum) =>
        Shapes.Integer(minimum, maximum).As($"seconds, {minimum} to {maximum}", seconds => TimeSpan.FromSeconds((long)seconds));

    private static Shape<TimeSpan> Milliseconds(int minimum, int maximum) =>
        Shapes.Integer(minimum, maximum).As($"milliseconds, {minimum} to {maximum}", milliseconds => TimeSpan.FromMilliseconds((long)milliseconds));
}
