"""The whole stack in an emulator of AWS: signed requests in over HTTP, TwiML out, events on a subscribed queue.

The template is deployed as it is, but for what the emulator cannot do. That is changed here, not there: `adapted`.
"""

import contextlib
import io
import json
import zipfile

import events
import fallback
import peers
from world import ACCOUNT, BUILD, FUNCTIONS, HOME, MINISTACK, REGION, STAGE, TOKEN, free_port, http, process, translated, wait_for

STACK = "dialtone-prod"
NETWORKS = HOME / "networks"
SECRET = f"dialtone/{STAGE}/twilio"
NOTIFY_SECRET = f"dialtone/{STAGE}/notify"


def adapted(endpoint, network="Network"):
    """The template after AWS's own translator, for an emulator."""
    def change(document):
        for name, one in document["Resources"].items():
            if one["Type"] == "AWS::Serverless::Function":
                variables = one["Properties"]["Environment"]["Variables"]
                # Never the real AWS. Functions are plain processes there, and layers are not at /opt.
                variables |= {"AWS_ENDPOINT_URL": endpoint}
                if "Layers" in one["Properties"]:
                    variables |= {"DIALTONE_CONFIG": str(NETWORKS / network / "dialtone.toml")}
        document["Resources"]["Network"]["Properties"]["ContentUri"] = f"s3://artifacts/{network}"
    document = translated({"Architecture": "x86_64"}, change)
    resources = document["Resources"]
    # It ignores OpenAPI bodies, so each path becomes a route and an integration of its own.
    api = resources["Api"]["Properties"]
    for number, (path, methods) in enumerate(api.pop("Body")["paths"].items()):
        [(method, operation)] = methods.items()
        assert method == "x-amazon-apigateway-any-method", method
        integration = operation["x-amazon-apigateway-integration"]
        resources[f"Integration{number}"] = {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": integration["uri"],
            "PayloadFormatVersion": integration["payloadFormatVersion"]}}
        resources[f"Route{number}"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": {"Ref": "Api"}, "RouteKey": f"ANY {path}",
            "Target": {"Fn::Sub": f"integrations/${{Integration{number}}}"}}}
    api |= {"Name": STACK, "ProtocolType": "HTTP"}
    # It does not understand patterns for JSON, so the relay gets every line; it looks for itself what an event is.
    for one in resources.values():
        if one["Type"] == "AWS::Logs::SubscriptionFilter":
            one["Properties"]["FilterPattern"] = ""
    # It has no metric math, so an alarm over several metrics watches the first.
    for one in resources.values():
        if one["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in one["Properties"]:
            stat = next(metric["MetricStat"] for metric in one["Properties"].pop("Metrics") if "MetricStat" in metric)
            one["Properties"] |= stat["Metric"] | {"Statistic": stat["Stat"], "Period": stat["Period"]}
    return document


@contextlib.contextmanager
def ministack():
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    env = {"PATH": f"{MINISTACK}:/usr/bin:/bin", "HOME": str(HOME), "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port),
           "MINISTACK_ACCOUNT_ID": ACCOUNT, "MINISTACK_REGION": REGION, "LAMBDA_EXECUTOR": "local",
           # Nothing but the one port.
           "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0"}
    with process([MINISTACK / "ministack"], env, HOME / "ministack.log") as child:
        wait_for("ministack", lambda: http("GET", f"{endpoint}/_ministack/health").status == 200, process=child)
        yield endpoint


def zipped(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


class Stack:
    """The deployed stack, as its operator, Twilio and a consumer see it."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.messages = []
        s3 = self.client("s3")
        s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in FUNCTIONS:
            s3.put_object(Bucket="artifacts", Key=name, Body=zipped(BUILD / name))
        file = (BUILD / "Network/dialtone.toml").read_text()
        for name, text in {"Network": file, "WithPorch": file + '\n[extensions.porch]\nnumber = "+15035550115"\n'}.items():
            (NETWORKS / name).mkdir(parents=True, exist_ok=True)
            (NETWORKS / name / "dialtone.toml").write_text(text)
            s3.put_object(Bucket="artifacts", Key=name, Body=zipped(NETWORKS / name))
        # The emulator makes up a version id, as AWS does; an operator copies it into samconfig.toml.
        version = self.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps({"auth_token": TOKEN}))["VersionId"]
        notify = {"account_sid": f"AC{0:032}", "api_key": "SK", "api_secret": "secret", "webhook_secret": "secret"}
        self.notify = self.client("secretsmanager").create_secret(Name=NOTIFY_SECRET, SecretString=json.dumps(notify))["VersionId"]
        self.deploy("create_stack", version)
        self.queue = self.client("sqs").create_queue(QueueName="consumer")["QueueUrl"]
        arn = self.client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.client("sns").subscribe(TopicArn=self.outputs["EventsTopic"], Protocol="sqs", Endpoint=arn)

    def client(self, service):
        return peers.client(service, self.endpoint)

    def deploy(self, how, version, network="Network"):
        parameters = {"Stage": STAGE, "AuthTokenVersion": version, "EmergencyCallerId": fallback.CALLER_ID, "Architecture": "x86_64",
                      "NotifySecretVersion": self.notify}
        # By way of a bucket, as `sam deploy` does: a template in the request itself may have 51,200 bytes.
        self.client("s3").put_object(Bucket="artifacts", Key="template.json", Body=json.dumps(adapted(self.endpoint, network)))
        cloudformation = self.client("cloudformation")
        getattr(cloudformation, how)(
            StackName=STACK, TemplateURL=f"{self.endpoint}/artifacts/template.json", Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()])

        def done():
            [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
            return not stack["StackStatus"].endswith("IN_PROGRESS") and stack

        stack = wait_for("the stack", done, 120)
        failed = [one for one in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"] if "FAILED" in one["ResourceStatus"]]
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), (stack["StackStatus"], failed)
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def function(self, name):
        found = self.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=name)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def alias(self, name):
        return self.client("lambda").get_alias(FunctionName=self.function(name), Name="live")["FunctionVersion"]

    def ask(self, event, url):
        """The request that an event records, to one of the URLs that the stack puts out."""
        host = url.removeprefix("https://").split("/")[0]
        # The emulator tells its services apart by the name of the host.
        local = host if ".lambda-url." in host else host.split(".")[0] + ".execute-api.localhost"
        event["headers"] |= {"host": f"{local}:{self.endpoint.rsplit(':', 1)[1]}"}
        return peers.as_http(event, self.endpoint)

    def heard(self, *words):
        """Waits until the consumer has these."""
        def check():
            self.messages += peers.drain(self.client("sqs"), self.queue)
            return {message["event"]["UserEvent"] for message in self.messages} >= set(words)

        wait_for(f"{words} on the queue", check)


def payload(name):
    return json.loads((events.FOLDER / f"{name}.json").read_text())


def end_to_end():
    with ministack() as endpoint, peers.serve() as (local, _):
        stack = Stack(endpoint)
        asked = 0
        for name, status in [("outgoing/call", 200), ("outgoing/digits", 200), ("outgoing/refer", 200), ("outgoing/get", 200),
                             ("outgoing/unsigned", 403), ("incoming/call", 200), ("status/dial", 200), ("status/call", 204), ("status/error", 204)]:
            answer, expected = stack.ask(payload(name), stack.outputs["PublicUrl"]), peers.as_http(payload(name), local)
            assert (answer.status, answer.body) == (expected.status, expected.body) and answer.status == status, (name, answer, expected)
            if answer.body:
                assert answer.headers["content-type"] == expected.headers["content-type"], (name, answer)
            asked += 1
        # From the voice functions through their logs and the relay; from Status by itself.
        stack.heard("dial_outgoing", "dial_pstn", "dial_sip_e164", "outgoing_dialstatus_busy", "twilio-error-32009")
        assert all(message["hostname"] == "dialplan-functions-prod" for message in stack.messages)
        assert "5035550123" not in json.dumps(stack.messages), "numbers stay out of events"

        # The fallback has a host of its own.
        host = stack.outputs["FallbackUrl"].removeprefix("https://").strip("/")
        answer = stack.ask(events.request("/", events.dialled("911"), host=host), stack.outputs["FallbackUrl"])
        assert answer.status == 200 and b"<Number>911</Number>" in answer.body, answer
        answer = stack.ask(events.request("/", events.dialled("5035550123"), host=host), stack.outputs["FallbackUrl"])
        assert answer.status == 200 and b"sorry" in answer.body, answer
        answer = stack.ask(events.request("/", events.dialled("5035550123"), host=host, token="another"), stack.outputs["FallbackUrl"])
        assert answer.status == 403, answer

        # A token is rotated: first both are good, so no call is lost.
        fresh = events.request("/outgoing", events.dialled("5035550123"), token="fresh-token")
        assert stack.ask(fresh, stack.outputs["PublicUrl"]).status == 403
        versions = {name: stack.alias(name) for name in FUNCTIONS}
        token = stack.client("secretsmanager").put_secret_value(
            SecretId=SECRET, SecretString=json.dumps({"auth_token": f"{TOKEN},fresh-token"}))["VersionId"]
        stack.deploy("update_stack", token)
        for event in (fresh, payload("outgoing/call")):
            assert stack.ask(event, stack.outputs["PublicUrl"]).status == 200, "both tokens are good"
        assert {name for name in FUNCTIONS if stack.alias(name) != versions[name]} == {"Outgoing", "Incoming", "Status"}

        # A phone is added, and one version back is one command.
        porch = events.request("/outgoing", events.dialled("5035550123", phone="porch"))
        is_connected = lambda: b"+15035550123</Number>" in stack.ask(porch, stack.outputs["PublicUrl"]).body  # noqa: E731
        assert not is_connected()
        before = stack.alias("Outgoing")
        stack.deploy("update_stack", token, "WithPorch")
        assert is_connected()
        stack.client("lambda").update_alias(FunctionName=stack.function("Outgoing"), Name="live", FunctionVersion=before)
        assert not is_connected()
        return f"{asked} requests over HTTP, events on a subscribed queue, the fallback, a rotated token, a new phone, a rollback"
