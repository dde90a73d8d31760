namespace Deployer.Tests.Configuration;

public sealed class BadDeploymentSpecs
{
    private const string Good = TemporaryProject.GoodDeployment;

    public static TheoryData<string, string> Cases =>
    [
        Case("nothing given", "{}",
            "1:1: name: missing; this key is required",
            "1:1: model: missing; this key is required",
            "1:1: environment: missing; this key is required"),
        Case("an empty file", "", "1:1: the file is empty"),
        Case("comments only", "# nothing\n", "1:1: the file is empty"),
        Case("a list at the top", "- name: mnist\n", "1:1: expected keys and values, found a list"),
        Case("text at the top", "mnist\n", "1:1: expected keys and values, found text"),
        Case("a typing mistake in a key", $"{Good}\nscorng:\n  outputs: []\n", "5:1: scorng: unknown key; did you mean 'scoring'?"),
        Case("swapped letters", $"{Good}\nscornig: 1\n", "5:1: scornig: unknown key; did you mean 'scoring'?"),
        Case("a hyphen for an underscore", $"{Good}\nrequest-settings: {{}}\n", "5:1: request-settings: unknown key; did you mean 'request_settings'?"),
        Case("the wrong case", $"{Good}\nSCORING: {{}}\n", "5:1: SCORING: unknown key; did you mean 'scoring'?"),
        Case("a key like no other", $"{Good}\ntargets:\n  local:\n    replicas: 3\n", "7:5: targets.local.replicas: unknown key; the keys here are port, keep_revisions"),
        Case("a short key is not guessed at", $"{Good}\ntargets:\n  local: {{prt: 1, xy: 2}}\n",
            "6:11: targets.local.prt: unknown key; did you mean 'port'?",
            "6:19: targets.local.xy: unknown key; the keys here are port, keep_revisions"),
        Case("a key twice", $"{Good}\nname: two\n", "5:1: name: given twice; first on line 1"),
        Case("a key twice deep down", "name: mnist\nmodel:\n  path: ../model.onnx\n  path: ../other.onnx\nenvironment: environment.yaml\n",
            "4:3: model.path: given twice; first on line 3"),
        Case("a capital in the name", Good.Replace("mnist", "Mnist", StringComparison.Ordinal),
            "1:7: name: 'Mnist' is not an endpoint name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last"),
        Case("a name too long", Good.Replace("mnist", new string('a', 33), StringComparison.Ordinal),
            "1:7: name: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not an endpoint name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last"),
        Case("a line break after the name", Good.Replace("mnist", "\"mnist\\n\"", StringComparison.Ordinal),
            "1:7: name: 'mnist\\u000a' is not an endpoint name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last"),
        Case("a number for a name", Good.Replace("mnist", "123", StringComparison.Ordinal), "1:7: name: expected text, found a whole number; put it in quotes"),
        Case("no value", Good.Replace("name: mnist", "name:", StringComparison.Ordinal), "1:1: name: has no value; expected text"),
        Case("a map without a value", $"{Good}\nverification:\n", "5:1: verification: has no value; expected keys and values"),
        Case("no such model", Good.Replace("model.onnx", "models/none.onnx", StringComparison.Ordinal), "3:9: model.path: no such file: models/none.onnx"),
        Case("a model outside the project", Good.Replace("../model.onnx", "/no/such/place/m.onnx", StringComparison.Ordinal),
            "3:9: model.path: no such file: /no/such/place/m.onnx"),
        Case("a folder for a model", Good.Replace("../model.onnx", ".", StringComparison.Ordinal), "3:9: model.path: is a folder, not a file: config"),
        Case("an empty path", Good.Replace("../model.onnx", "''", StringComparison.Ordinal), "3:9: model.path: must be the path of a file"),
        Case("a NUL in a path", Good.Replace("../model.onnx", "\"a\\0b\"", StringComparison.Ordinal), "3:9: model.path: must be the path of a file"),
        Case("the model as text", "name: mnist\nmodel: ../model.onnx\nenvironment: environment.yaml\n", "2:8: model: expected keys and values, found text"),
        Case("a model name with a blank", Good.Replace("model:\n", "model:\n  name: my model\n", StringComparison.Ordinal),
            "3:9: model.name: 'my model' is not a model name: at most 255 letters, digits, '-', '_' and '.', a letter or digit first"),
        Case("a tag that is a number", Good.Replace("model:\n", "model:\n  tags: {version: 1.10, released: true}\n", StringComparison.Ordinal),
            "3:19: model.tags.version: expected text, found a number; put it in quotes",
            "3:35: model.tags.released: expected text, found true or false; put it in quotes"),
        Case("tags in a list", Good.Replace("model:\n", "model:\n  tags: [a]\n", StringComparison.Ordinal), "3:9: model.tags: expected keys and values, found a list"),
        Case("no such environment", Good.Replace("environment.yaml", "enviroment.yaml", StringComparison.Ordinal), "4:14: environment: no such file: config/enviroment.yaml"),
        Case("outputs as text", $"{Good}\nscoring: {{outputs: digit}}\n", "5:20: scoring.outputs: expected a list, found text"),
        Case("an output without a name", $"{Good}\nscoring: {{outputs: [digit, '']}}\n", "5:28: scoring.outputs[1]: must be the name of a model output"),
        Case("a negative tolerance", $"{Good}\nverification:\n  absolute_tolerance: -1e-5\n", "6:23: verification.absolute_tolerance: must be from 0 to 1000000, not '-1e-5'"),
        Case("a tolerance that is no number", $"{Good}\nverification:\n  relative_tolerance: .nan\n", "6:23: verification.relative_tolerance: must be from 0 to 1, not '.nan'"),
        Case("a tolerance in words", $"{Good}\nverification:\n  relative_tolerance: small\n", "6:23: verification.relative_tolerance: expected a number, found text"),
        Case("a quoted tolerance", $"{Good}\nverification:\n  relative_tolerance: '0.1'\n", "6:23: verification.relative_tolerance: expected a number, found text; take the quotes off"),
        Case("half a golden request", $"{Good}\nverification:\n  golden:\n    - request: ../request.json\n", "7:7: verification.golden[0].response: missing; this key is required"),
        Case("missing golden files", $"{Good}\nverification:\n  golden:\n    - {{request: ../request.json, response: ../response.json}}\n    - {{request: a.json, response: ..}}\n",
            "8:17: verification.golden[1].request: no such file: config/a.json",
            "8:35: verification.golden[1].response: is a folder, not a file: ."),
        Case("a timeout of nothing", $"{Good}\nrequest_settings: {{request_timeout_ms: 0}}\n", "5:40: request_settings.request_timeout_ms: must be from 1 to 3600000, not '0'"),
        Case("a timeout with a unit", $"{Good}\nrequest_settings: {{request_timeout_ms: 60s}}\n", "5:40: request_settings.request_timeout_ms: expected a whole number, found text"),
        Case("half a second", $"{Good}\nreadiness_probe: {{period: 0.5}}\n", "5:27: readiness_probe.period: expected a whole number, found a number"),
        Case("a port too high", $"{Good}\ntargets: {{local: {{port: 65536}}}}\n", "5:25: targets.local.port: must be from 0 to 65535, not '65536'"),
        Case("a port beyond all numbers", $"{Good}\ntargets: {{local: {{port: 99999999999999999999999999999999}}}}\n",
            "5:25: targets.local.port: must be from 0 to 65535, not '99999999999999999999999999999999'"),
        Case("a quoted port", $"{Good}\ntargets: {{local: {{port: \"8080\"}}}}\n", "5:25: targets.local.port: expected a whole number, found text; take the quotes off"),
        Case("no revisions kept", $"{Good}\ntargets: {{local: {{keep_revisions: 0}}}}\n", "5:35: targets.local.keep_revisions: must be from 1 to 50, not '0'"),
        Case("an unknown target", $"{Good}\ntargets: {{lokal: {{}}}}\n", "5:11: targets.lokal: unknown key; did you mean 'local'?"),
        Case("many at once", "name: M\nmodle: {}\nmodel:\n  path: nowhere\nenvironment: environment.yaml\ntargets:\n  local:\n    port: -1\n    keep_revisions: many\n",
            "1:7: name: 'M' is not an endpoint name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last",
            "2:1: modle: unknown key; did you mean 'model'?",
            "4:9: model.path: no such file: config/nowhere",
            "8:11: targets.local.port: must be from 0 to 65535, not '-1'",
            "9:21: targets.local.keep_revisions: expected a whole number, found text"),
        Case("broken YAML", "name: mnist\nmodel: {path: x\n", "3:1: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'"),
        Case("a tab for indentation", "name: mnist\nmodel:\n\tpath: x\n", "3:1: not valid YAML: a tab may not indent; use spaces"),
        Case("an unprintable character", "name: mn\u0007ist\n", "1:9: not valid YAML: the character '\\u0007' may not stand in it"),
        Case("an escape for no character", "name: \"\\UFFFFFFFF\"\n", "1:1: not valid YAML from here on"),
        Case("a second document", $"{Good}\n---\nname: two\n", "5:1: a second document starts here; a file holds one"),
        Case("an anchor and an alias", "name: mnist\nmodel: &m\n  path: ../model.onnx\nenvironment: *m\n",
            "2:8: model: anchors (&name) are not supported; write the value out",
            "4:14: environment: aliases (*name) are not supported; write the value out"),
        Case("a tag", Good.Replace("mnist", "!!str 123", StringComparison.Ordinal),
            "1:7: name: tags (!name) are not supported; quote what shall be text and leave the tag out"),
        Case("a key that is a list", $"{Good}\n? [a, b]\n: c\n", "5:3: a key must be text"),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_refused_with(string deployment, string problems)
    {
        using var project = new TemporaryProject();
        project.Write("config/deployment.yaml", deployment);

        Assert.Equal(problems, project.Refusal());
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_where_they_stand()
    {
        using var project = new TemporaryProject();
        project.Write("config/deployment.yaml", [.. "name: é\nmodel: "u8, 0xff, 0xfe]);

        Assert.Equal("1 problem in the configuration:\nconfig/deployment.yaml:2:8: not UTF-8 text; save the file as UTF-8", project.Refusal());
    }

    [Fact]
    public void A_byte_order_mark_is_no_problem()
    {
        using var project = new TemporaryProject();
        project.Write("config/deployment.yaml", "\ufeff" + Good);
        project.Write("workspace.json", "\ufeff" + TemporaryProject.GoodWorkspace);

        Assert.Equal("mnist", project.Read().Deployment.Name);
    }

    internal static TheoryDataRow<string, string> Case(string title, string content, params string[] lines) => Case("config/deployment.yaml", title, content, lines);

    internal static TheoryDataRow<string, string> Case(string file, string title, string content, string[] lines) =>
        new(content, $"{lines.Length} problem{(lines.Length == 1 ? "" : "s")} in the configuration:\n{string.Join('\n', lines.Select(line => $"{file}:{line}"))}") { TestDisplayName = title };
}
