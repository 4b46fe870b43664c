"""Template, folders, routes, samconfig, network file, README and metrics say the same."""

import copy
import functools
import json
import re
import tomllib

import events
import fallback
from world import FUNCTIONS, ROOT, resources, source, template, translated

FUNCTION = "AWS::Serverless::Function"


def routes_of_the_service():
    """Function by function, the paths that shared/web answers."""
    rust = (ROOT / "shared/web/src/route.rs").read_text()
    paths = dict(re.findall(r'Self::(\w+) => "(/[^"]*)"', rust))
    consts = dict(re.findall(r"pub const (\w+): &\[Route\] = &\[([^\]]*)\];", rust))
    assert paths and {"OUTGOING", "INCOMING", "STATUS"} <= consts.keys()
    return {
        name.capitalize(): {paths[route] for route in re.findall(r"Route::(\w+)", list_)} for name, list_ in consts.items() if name != "ALL"
    }


def functions():
    """A folder is a logical id."""
    built = {name: one["Properties"] for name, one in resources(FUNCTION).items() if "CodeUri" in one["Properties"]}
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
    assert {name.lower() for name in built} == folders, f"template {sorted(built)}, functions/ {sorted(folders)}"
    assert sorted(built) == sorted(FUNCTIONS)
    for name, one in built.items():
        assert one["CodeUri"] == f"functions/{name.lower()}", name
        assert one["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Logs"}, "LogFormat": "JSON"}, name
    for name, one in resources(FUNCTION).items():
        properties = one["Properties"]
        assert properties["Timeout"] < 15 or name in ("Relay", "Notify"), f"{name}: Twilio waits for 15 s"
        assert properties["AutoPublishAliasAllProperties"] is True, name
    retained = {name for name, one in resources("AWS::Logs::LogGroup").items() if one["Properties"]["RetentionInDays"]}
    assert retained == {f"{name}Logs" for name in [*FUNCTIONS, "Fallback", "Api"]}
    return f"{len(built)} functions"


def routes():
    """The API hands each function exactly the paths that it answers, and the README lists them."""
    wired = {
        name: {event["Properties"]["Path"] for event in one["Properties"]["Events"].values() if event["Type"] == "HttpApi"}
        for name, one in resources(FUNCTION).items() if any(event["Type"] == "HttpApi" for event in one["Properties"].get("Events", {}).values())
    }
    assert wired == routes_of_the_service(), f"template {wired}, service {routes_of_the_service()}"
    every = set().union(*wired.values())
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("## Routes"):].split("\n## ")[0]
    assert set(re.findall(r"(?m)^\| `(/[^`]*)` \|", table)) == every
    urls = {value for output in template()["Outputs"].values() for value in re.findall(r"'(/[a-z/]+)'|\}(/[a-z]+(?:/[a-z]+)*)'?\"", json.dumps(output)) for value in value if value}
    assert urls <= every, f"outputs name {urls - every}"
    return f"{len(every)} routes"


def policies():
    """One action on one topic for what publishes, and nothing for the functions that a caller waits for."""
    for name, one in resources(FUNCTION).items():
        statements = [s for policy in one["Properties"].get("Policies", []) for s in policy["Statement"]]
        if name in ("Status", "Relay"):
            [statement] = statements
            assert statement["Action"] == "sns:Publish"
            assert statement["Resource"] == {"Fn::If": ["HasOwnTopic", {"Ref": "Topic"}, {"Ref": "TopicArn"}]}
        elif name == "Notify":
            # It publishes to its own two topics, for those who are tried again and for mails, and never to the events'.
            [again, mails] = statements
            assert (again["Action"], again["Resource"]) == ("sns:Publish", {"Ref": "Notices"})
            assert mails["Fn::If"][1]["Action"] == "sns:Publish" and mails["Fn::If"][1]["Resource"] == {"Ref": "NoticeMails"}
        else:
            assert not statements and "DIALTONE_TOPIC_ARN" not in one["Properties"]["Environment"]["Variables"], name
    roles = {name: one for name, one in translated()["Resources"].items() if one["Type"] == "AWS::IAM::Role"}
    extra = {name: [p["PolicyDocument"]["Statement"] for p in role["Properties"].get("Policies", [])] for name, role in roles.items()}
    assert extra["OutgoingRole"] == extra["IncomingRole"] == extra["FallbackRole"] == []
    actions = sorted(s["Action"] for statements in extra["RelayRole"] for s in statements)
    assert actions == ["sns:Publish", "sqs:SendMessage"] or actions == ["sns:Publish", ["sqs:SendMessage"]], actions
    return f"{len(roles)} roles"


def tokens():
    """The auth token is a dynamic reference everywhere, and no parameter could hold it."""
    for name, one in resources(FUNCTION).items():
        token = one["Properties"]["Environment"]["Variables"].get("TWILIO_AUTH_TOKEN")
        if name in ("Relay", "Notify"):
            assert token is None
        else:
            reference = "{{resolve:secretsmanager:dialtone/${Stage}/twilio:SecretString:auth_token::${AuthTokenVersion}}}"
            assert token == {"Fn::Sub": reference}, name
    # Notices have a secret of their own, which no other function can read.
    for name, one in resources(FUNCTION).items():
        text = json.dumps(one["Properties"]["Environment"])
        assert ("/notify:" in text) == (name == "Notify"), name
    assert not [name for name in template()["Parameters"] if re.search("(?i)token|secret|password", name) and not name.endswith("Version")]


def versions():
    """A new network file, a new token and a new setting each publish a new version. Nothing else does."""
    values = {"TopicArn": "", "Architecture": "arm64", "AuthTokenVersion": "0" * 32, "EmergencyCallerId": "+15035550110", "Stage": "prod",
              "NotifySecretVersion": "0" * 32, "NoticeEmail": ""}

    def published(change=lambda template: None, **parameters):
        found = translated(parameters, change)["Resources"]

        def resolved(text):
            return re.sub(r"\$\{(\w+)\}", lambda m: (values | parameters)[m.group(1)], text)

        # CloudFormation publishes when the logical id is another, and when the description is: that means replacement.
        return {one["Properties"]["FunctionName"]["Ref"]: (name, resolved(one["Properties"]["Description"]["Fn::Sub"]))
                for name, one in found.items() if one["Type"] == "AWS::Lambda::Version"}

    def uri(name, key):
        return lambda template: template["Resources"][name]["Properties"].update({key: "s3://artifacts/another"})

    before = published()
    assert before == published() and len(before) == 6

    def expect(functions, **after):
        got = published(**after)
        assert {name for name in before if before[name] != got[name]} == set(functions), (functions, got)

    expect(["Outgoing", "Incoming", "Status", "Notify"], change=uri("Network", "ContentUri"))
    expect(["Outgoing", "Incoming", "Status", "Fallback"], AuthTokenVersion="1" * 32)
    expect(["Status", "Relay", "Notify"], TopicArn="arn:aws:sns:us-west-2:123456789012:events")
    expect(["Fallback"], EmergencyCallerId="+15035550111")
    expect(["Relay"], change=uri("Relay", "CodeUri"))
    expect(["Notify"], NotifySecretVersion="1" * 32)
    expect(["Notify"], NoticeEmail="operator@example.org")

    # Every parameter that a function reads is one that its description names.
    for name, one in resources(FUNCTION).items():
        properties = one["Properties"]
        text = json.dumps(properties["Environment"])
        reads = {p for p in template()["Parameters"] if f'"{p}"' in text or f"${{{p}}}" in text} - {"Stage"}
        assert reads <= set(re.findall(r"\$\{(\w+)\}", properties["VersionDescription"]["Fn::Sub"])), (name, reads)
    return "a phone, a token, a topic, a caller id, a function"


def stages():
    """samconfig.toml and the network file have the same stages, and only production reaches production's consumers."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    network = tomllib.loads((ROOT / "examples/dialtone.toml").read_text())
    deploys = {name: env["deploy"]["parameters"] for name, env in config.items() if isinstance(env, dict) and "deploy" in env}
    assert deploys.keys() == network["stages"].keys()
    declared = template()["Parameters"]
    seen, placeholders = [], 0
    for stage, deploy in deploys.items():
        values = dict(pair.split("=", 1) for pair in deploy["parameter_overrides"])
        assert values["Stage"] == stage and deploy["stack_name"] == f"dialtone-{stage}"
        for name, value in values.items():
            is_placeholder = re.fullmatch("<.*>", value) is not None
            # A forgotten placeholder must fail at once, and everything else must be deployable.
            fits = re.fullmatch(declared[name].get("AllowedPattern", ".*"), value) is not None
            assert fits != is_placeholder, f"{stage}: {name}={value}"
            placeholders += is_placeholder
        missing = {name for name, one in declared.items() if "Default" not in one} - values.keys()
        assert not missing, f"{stage} lacks {missing}"
        assert stage == "prod" or "TopicArn" not in values
        assert ("metrics_host" in network["stages"][stage]) == (stage == "prod")
        assert not re.search("(?i)secret(?!version)|token(?!version)|password", " ".join(values)), f"{stage}: secrets"
        seen.append(network["stages"][stage]["sip_domain"])
    assert len(set(seen)) == len(seen)
    return f"{', '.join(deploys)}; {placeholders} placeholders that the template refuses"


def metrics_in(document):
    """(namespace, metric, dimensions) of every metric that alarms and dashboard use."""
    used = set()
    for one in document["Resources"].values():
        if one["Type"] == "AWS::CloudWatch::Alarm":
            properties = one["Properties"]
            stats = [m["MetricStat"]["Metric"] for m in properties.get("Metrics", []) if "MetricStat" in m] or [properties]
            for metric in stats:
                used.add((metric["Namespace"], metric["MetricName"], tuple(d["Name"] for d in metric["Dimensions"])))
        if one["Type"] == "AWS::CloudWatch::Dashboard":
            board = json.loads(one["Properties"]["DashboardBody"]["Fn::Sub"])
            for widget in board["widgets"]:
                for metric in widget["properties"].get("metrics", []):
                    if isinstance(metric[0], str):
                        namespace, name, *pairs = [word for word in metric if isinstance(word, str)]
                        used.add((namespace, name, tuple(pairs[::2])))
                    else:
                        schema, name = re.match(r"SEARCH\('\{(.*?)\} MetricName=\"(\w+)\"", metric[0]["expression"]).groups()
                        namespace, *dimensions = schema.split(",")
                        used.add((namespace, name, tuple(dimensions)))
    return used


# What AWS itself measures, from its documentation.
OF_AWS = {
    ("AWS/ApiGateway", "5xx", ("ApiId",)),
    ("AWS/ApiGateway", "Count", ("ApiId",)),
    ("AWS/Lambda", "Throttles", ("FunctionName",)),
    ("AWS/Lambda", "Errors", ("FunctionName",)),
    ("AWS/Lambda", "DestinationDeliveryFailures", ("FunctionName",)),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName",)),
}


@functools.cache
def emitted():
    """(namespace, metric, dimensions) of every metric that we emit: the functions in Rust, and the fallback, which is run."""
    triples = json.loads((ROOT / "tests/golden/metrics.json").read_text())
    module = fallback.load()
    for event in [fallback.phone("911"), fallback.phone("911") | {"headers": {}}]:
        _, lines = fallback.ask(module, event)
        for directive in (one for line in lines for one in line["_aws"]["CloudWatchMetrics"]):
            triples += [[directive["Namespace"], metric["Name"], dimensions]
                        for metric in directive["Metrics"] for dimensions in directive["Dimensions"]]
    return {(namespace, name, tuple(sorted(dimensions))) for namespace, name, dimensions in triples}


def missing_metrics(document):
    """The metrics of alarms and dashboard that nobody emits with these very dimensions."""
    used = {(namespace, name, tuple(sorted(dimensions))) for namespace, name, dimensions in metrics_in(document)}
    return used - emitted() - OF_AWS


def metrics():
    """No alarm and no graph waits for a metric that nobody emits."""
    wrong = missing_metrics(template())
    assert not wrong, f"alarms or dashboard wait for what nobody emits: {sorted(wrong)}"
    # The list of what Rust emits is made by a test of shared/web. No metric in the source is missing in it.
    in_source = set(re.findall(r'\.(?:count|time)\(\s*"(\w+)"', source("shared", "functions")))
    listed = {name for _, name, _ in json.loads((ROOT / "tests/golden/metrics.json").read_text())}
    assert in_source == listed, f"only in the source: {in_source - listed}; only in the list: {listed - in_source}"
    first = [w["properties"]["title"] for w in json.loads(resources("AWS::CloudWatch::Dashboard")["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"] if w["y"] == 0]
    assert first == ["Calls", "Connected", "Refused", "Emergency"]
    return f"{len(metrics_in(template()))} metrics"


def wrong_metrics_are_found():
    """Each alarm and each graph is given a name, a dimension or a namespace that is real, and not its own."""
    def alarms(document):
        for name, one in document["Resources"].items():
            if one["Type"] == "AWS::CloudWatch::Alarm":
                stats = [m["MetricStat"]["Metric"] for m in one["Properties"].get("Metrics", []) if "MetricStat" in m]
                yield from ((name, metric) for metric in stats or [one["Properties"]])

    original = template()
    count = sum(1 for _ in alarms(original))
    for index in range(count):
        for key, value in [("Dimensions", [{"Name": "Route", "Value": "x"}]), ("Dimensions", []), ("MetricName", "Latencies"), ("Namespace", "AWS/EC2")]:
            document = copy.deepcopy(original)
            name, metric = list(alarms(document))[index]
            metric[key] = value
            assert missing_metrics(document), f"{name} with {key} {value} passes"
    board = original["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    changes = [('"Calls", "Stage"', '"Calls", "Endpoint"'), ("{Dialtone,Stage,Status}", "{Dialtone,Stage,Reason}"), ("{Dialtone,Stage,Reason}", "{Dialtone,Reason}"),
               ("MetricName=\"Latency\"".replace('"', '\\"'), "MetricName=\"Ended\"".replace('"', '\\"'))]
    for old, new in changes:
        assert old in board, old
        document = copy.deepcopy(original)
        document["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"] = board.replace(old, new)
        assert missing_metrics(document), f"{new} passes"
    return f"{count * 4 + len(changes)} wrong ones found"


def figures():
    """What the template says that a function takes is what docs/performance.md has measured."""
    text, measured = (ROOT / "template.yaml").read_text(), {}
    for row in re.findall(r"(?m)^\| (outgoing|incoming|status) +\|(.*)\|$", (ROOT / "docs/performance.md").read_text()):
        cells = [cell.strip() for cell in row[1].split("|")]
        if len(cells) == 10:
            measured.setdefault(row[0], (float(cells[6]), float(cells[3])))
    assert measured.keys() == {"outgoing", "incoming", "status"}, measured
    for name, (peak, cpu) in measured.items():
        block = text[text.index(f"\n  {name.capitalize()}:\n"):]
        size, comment = re.search(r"MemorySize: (\d+) +# (.*)", block).groups()
        wanted = f"{peak} MiB used; cold {cpu * 1769 / int(size):.0f} ms"
        assert comment.startswith(wanted), f"{name}: the template says {comment!r}, docs/performance.md {wanted!r}"
    return ", ".join(measured)


def documents():
    """docs/operations.md has a section for every alarm, and names every output and parameter."""
    text = (ROOT / "docs/operations.md").read_text()
    for alarm in resources("AWS::CloudWatch::Alarm"):
        assert f"### {alarm}" in text, f"{alarm} is not explained"
    for name in [*template()["Outputs"], *template()["Parameters"]]:
        assert re.search(rf"\b{name}\b", text), f"{name} is not named"
    for step in re.findall(r"tests/deploy/run ((?:[a-z]+ ?)+)", text):
        from steps import STEPS
        assert set(step.split()) <= STEPS.keys(), step


def rules():
    """Deployments that must not happen are refused by the template's own rules."""
    document = template()

    def broken(**values):
        values = {name: one.get("Default") for name, one in document["Parameters"].items()} | {"Stage": "prod"} | values

        def is_(condition):
            (name, argument), = condition.items()
            if name == "Ref":
                return values[argument]
            read = [is_(one) if isinstance(one, dict) else one for one in argument]
            return read[0] == read[1] if name == "Fn::Equals" else not read[0]

        return {name for name, rule in document["Rules"].items()
                if ("RuleCondition" not in rule or is_(rule["RuleCondition"])) and not all(is_(a["Assert"]) for a in rule["Assertions"])}

    arn = "arn:aws:sns:us-west-2:123456789012:events"
    assert broken() == broken(TopicArn=arn) == broken(DomainName="a.example.org", CertificateArn="arn") == set()
    assert broken(Stage="dev", TopicArn=arn) == {"OnlyProductionReachesProductionsConsumers"}
    assert broken(DomainName="a.example.org") == {"ADomainHasACertificate"}
    assert broken(HostedZoneId="Z1") == {"AZoneHasADomain"}


def access_log():
    """No path, query, header or body of a request is in the access log."""
    format_ = resources("AWS::Serverless::HttpApi")["Api"]["Properties"]["AccessLogSettings"]["Format"]
    fields = set(re.findall(r"\$context\.([\w.]+)", format_))
    assert json.loads(format_) and not {one for one in fields if re.search("path|query|header|body|userAgent|message", one, re.I)}, fields


def subscriptions():
    """The logs of the functions that a caller waits for, and of those lines what the relay would take."""
    found = {e["Properties"]["LogGroupName"]["Ref"]: e["Properties"]["FilterPattern"]
             for e in resources(FUNCTION)["Relay"]["Properties"]["Events"].values()}
    assert found.keys() == {"OutgoingLogs", "IncomingLogs"}
    for pattern in found.values():
        wanted = dict(re.findall(r'\$\.(\w+) = "(\w+)"', pattern))
        assert pattern == "{ " + " && ".join(f'$.{key} = "{value}"' for key, value in wanted.items()) + " }"
        line = json.loads(events.log_line("dial_pstn"))
        assert all(line[key] == value for key, value in wanted.items())
        for other in (events.log_line("dial_pstn", delivery="failed"), '{"message":"request","route":"/outgoing"}'):
            assert not all(json.loads(other).get(key) == value for key, value in wanted.items()), other


CHECKS = [functions, subscriptions, routes, policies, tokens, versions, stages, metrics, wrong_metrics_are_found, figures, rules, access_log, documents]
